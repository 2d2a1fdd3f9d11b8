"""YAML, and JSON as a kind of YAML, with the line that each value stands on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from projections.reference.problems import Problem, Refused
from schemas.explanation import json_step

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_DEPTH: Final = 100
"""As deep as JSON may be; far below what the recursion of a parser can take."""

# Plain scalars by the JSON-like rules of YAML 1.2. By those of 1.1, which PyYAML has, `no` would be
# false, a day would be no text, and 1:30 would be 90.
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][-+]?[0-9]{1,2})?")

# JSON writes characters beyond 16 bits as two halves, which YAML does not know.
_HALVES: Final = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


class Document(NamedTuple):
    """A value read from a file, and the line on which what a JSON path names begins."""

    value: Any
    lines: Mapping[str, int]


def read_document(raw: bytes) -> Document:
    """The one document in a YAML or JSON text.

    Aliases are refused, as are keys that are no texts or come twice: each value stands on one line,
    and a small file is a small value. Raises Refused with all that is wrong.
    """
    try:
        root = yaml.compose(_text(raw), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise Refused([_syntax(error)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Refused(
            [Problem(0, "", f"this is not YAML: {' '.join(str(error).split())}")]
        ) from None
    reading = _Reading()
    value = reading.value(root, "$", 0) if root is not None else None
    if reading.problems:
        raise Refused(reading.problems)
    return Document(value, reading.lines)


def line_of(lines: Mapping[str, int], path: str) -> int:
    """The line of what a path names, else of the nearest thing around it; 0 without lines."""
    while path not in lines and path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path, 0)


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused([Problem(line, "", "this is not UTF-8")]) from None
    if text.lstrip().startswith(("{", "[")):
        return _HALVES.sub(lambda m: m["before"] + str(json.loads(f'"{m["pair"]}"')), text)
    return text


def _syntax(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem(mark.line + 1 if mark else 0, "", f"this is not YAML: {error.problem}")


class _Reading:
    """Values made of nodes, with their lines and what is wrong with them."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: str, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        self.lines.setdefault(path, node.start_mark.line + 1)  # that of the key, if it has one
        if depth > MOST_DEPTH:
            return self._refuse(node, path, f"this is deeper than {MOST_DEPTH} levels")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._seen:
            return self._refuse(node, path, "aliases are not known here: write it out")
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(each, path + json_step(at), depth + 1)
                for at, each in enumerate(node.value)
            ]
        return self._members(node, path, depth)

    def _members(self, node: yaml.Node, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = _scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                self._refuse(key, path, "a key has to be a text")
            elif name in found:
                self._refuse(key, path + json_step(name), "this key is here twice")
            else:
                place = path + json_step(name)
                self.lines[place] = key.start_mark.line + 1
                found[name] = self.value(value, place, depth + 1)
        return found

    def _refuse(self, node: yaml.Node, path: str, rule: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, path, rule))


def _scalar(node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - any JSON value without parts
    text: str = node.value
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text)
    if not match:
        return text
    return float(text) if match[1] or match[2] else int(text)


def write_document(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A JSON value as YAML that `read_document` takes back."""
    return str(
        yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, indent=2)
    )


class _Dumper(yaml.CSafeDumper):
    """Writes what comes twice twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as the base class
        return True


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    """A text as it is, in quotation marks where `read_document` would take it for something else.

    PyYAML puts them where its own rules, those of YAML 1.1, ask for them: not about `1e3`.
    """
    style = '"' if text in _WORDS or _NUMBER.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)

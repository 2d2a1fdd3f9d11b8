"""Strict JSON: what is read is what was written, or it is refused.

RFC 8259 in UTF-8, and nothing that two readers could understand differently: no
duplicate member names, no lone surrogates, no number beyond a double, no depth
that would exhaust a stack.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from schemas.errors import InvalidJson, InvalidStatement, Problem, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

# Deep enough for any extension seen; far below the recursion limits of the parsers.
DEPTH_LIMIT = 100

_WHITESPACE = b" \t\r\n"
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])


def parse(raw: bytes, depth_limit: int = DEPTH_LIMIT) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value that `raw` holds.

    Integers beyond 64 bits and decimals beyond a double's digits come back as the
    nearest double: the text itself is what is kept. Raises InvalidJson.
    Source: Data 2.1 and 2.2, XAPI-00014.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _invalid(f"this is not JSON: {error}") from None
    colons = raw.count(b":")
    if not _surely_unique(raw, value, colons):
        _refuse_duplicates(raw)
    # Each level of objects takes a colon and each level of arrays a bracket.
    if colons + raw.count(b"[") >= depth_limit:
        _refuse_depth(value, depth_limit)
    return value


def split_batch(body: bytes) -> list[bytes]:
    """Return the exact text of each statement in `body`: one object, or an array of objects.

    The statements themselves are not looked into: `parse` each. Raises InvalidJson
    when `body` is not JSON and InvalidStatement, naming `$[i]`, for an element that is
    no object. Source: Communication 2.1.2.
    """
    body = body.strip(_WHITESPACE)
    if not body.startswith(b"["):
        elements, places = [body], ["$"]
    else:
        elements = _elements(body)
        places = [f"$[{index}]" for index in range(len(elements))]
    for element, place in zip(elements, places, strict=True):
        if not element.startswith(b"{"):
            raise InvalidStatement(Problem(place, "a statement is a JSON object", "Data 2.4"))
    return elements


def _elements(body: bytes) -> list[bytes]:
    try:
        return [bytes(element) for element in _ELEMENTS.decode(body)]
    except msgspec.DecodeError as error:
        raise _invalid(f"this is not JSON: {error}") from None
    except RecursionError:
        raise _invalid("values are nested too deeply") from None


def _surely_unique(raw: bytes, value: Any, colons: int) -> bool:  # noqa: ANN401
    r"""Tell cheaply whether no object in `raw`, of so many `colons`, names a member twice.

    False means: look.

    Writing the value again loses exactly the members that were overwritten by a later one
    of the same name. So an equal text has none of them. Nor has an unequal one with as many
    colons: one stands after each name, the others stand in strings, and writing can only
    add one where the text spelled it as `\u003a`.
    """
    try:
        again = orjson.dumps(value)
    except orjson.JSONEncodeError:  # it reads 1024 levels but writes 254
        return False
    if again == raw:
        return True
    if again.count(b":") != colons:
        return False
    # Most texts have no backslash at all, and one character is found faster than several.
    return b"\\" not in raw or b"\\u003" not in raw


def _refuse_duplicates(raw: bytes) -> None:
    try:
        json.loads(raw, object_pairs_hook=_unique)
    except RecursionError:
        raise _invalid("values are nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = repeated(name for name, _ in pairs)
        raise _invalid(f"the member {quoted(twice)} occurs twice in one object", "Data 2.2")
    return members


def repeated(values: Iterable[str]) -> str | None:
    """Return the first of `values` that had been there before, None if all are different."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None


def _refuse_depth(value: Any, limit: int) -> None:  # noqa: ANN401
    level: list[Any] = [value]
    for _ in range(limit + 1):
        containers = [node for node in level if isinstance(node, dict | list)]
        if not containers:
            return
        level = [child for node in containers for child in _children(node)]
    raise _invalid(f"values are nested deeper than {limit} levels")


def _children(node: dict[str, Any] | list[Any]) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node


def _invalid(rule: str, requirement: str = "XAPI-00014") -> InvalidJson:
    return InvalidJson(Problem("$", rule, requirement))

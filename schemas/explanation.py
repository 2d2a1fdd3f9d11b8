"""Say in words why a JSON value is not what the JSON Schema files describe.

Slow (about a millisecond), so only for what has been refused.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from schemas.definitions import BASE_URI, SCHEMAS, reference
from schemas.errors import Problem, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.versions import Version

# Enough to repair a statement by, and an answer that stays small whatever was sent.
_PROBLEM_LIMIT: Final = 20

_TYPES: Final = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a JSON object",
    "string": "a string",
}


def explain(value: Any, kind: str, version: Version) -> list[Problem]:  # noqa: ANN401 - any JSON
    """Return why `value` is not a valid "statement" or "agent" under `version`.

    Twenty problems at most, and none for a value that is valid.
    """
    schema = reference(kind, version)
    errors = islice(_Oracle(schema, registry=_REGISTRY).iter_errors(value), _PROBLEM_LIMIT)
    return list(dict.fromkeys(_problem(error, schema) for error in errors))


def _problem(error: ValidationError, schema: dict[str, Any]) -> Problem:
    path = "$" + "".join(map(_json_step, error.absolute_path))
    return Problem(path, _sentence(error), _requirement(error, schema))


def _json_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{quoted(step)}]"


def _requirement(error: ValidationError, node: Any) -> str:  # noqa: ANN401 - JSON Schema
    """Return the last `$comment` on the way from the root `node` to what failed."""
    if error.validator == "additionalProperties":
        return "XAPI-00010"
    requirement, resolver = "Data 2.2", _REGISTRY.resolver(BASE_URI)
    for step in _way(error):
        node = node.get(step, {}) if isinstance(node, dict) else node[step]
        if step == "$ref":
            resolved = resolver.lookup(node)
            node, resolver = resolved.contents, resolved.resolver
        if isinstance(node, dict):
            requirement = node.get("$comment", requirement)
    return requirement


def _way(error: ValidationError) -> list[str | int]:
    """Return the schema path of an error; for a missing member, to the schema of that member."""
    way = list(error.absolute_schema_path)
    return [*way[:-1], "properties", _missing(error)[0]] if error.validator == "required" else way


def _missing(error: ValidationError) -> list[str]:
    required: Any = error.validator_value
    instance: Any = error.instance
    return [name for name in required if name not in instance]


def _sentence(error: ValidationError) -> str:
    schema: Any = error.schema
    wanted: Any = error.validator_value
    found = quoted(error.instance)
    match error.validator:
        case "additionalProperties":
            return _unknown_members(error)
        case "required":
            return f"{schema['title']} needs {', '.join(_missing(error))}"
        case "const":
            return f"{found} is not {quoted(wanted)}"
        case "enum":
            return f"{found} is not one of {', '.join(map(quoted, wanted))}"
        case "not":
            return str(schema["description"])
    thing = schema.get("description") or schema.get("title") or _TYPES[schema["type"]]
    return f"{found} is not {thing}"


def _unknown_members(error: ValidationError) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    known = schema["properties"]
    unknown = ", ".join(quoted(name) for name in instance if name not in known)
    return f"{schema['title']} has no {unknown}; keys are case-sensitive"


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    """Match as ECMA-262 does: Python's own `$` would let a final line break pass."""
    if isinstance(text, str) and re.fullmatch(pattern, text) is None:
        yield ValidationError("pattern")


def _ref(oracle: Any, uri: str, value: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    """Follow a reference, and leave a trace of it in the error's schema path."""
    for error in Draft202012Validator.VALIDATORS["$ref"](oracle, uri, value, schema):
        error.schema_path.appendleft("$ref")
        yield error


_Oracle: Final = extend(  # type: ignore[no-untyped-call]  # the stubs give it no types
    Draft202012Validator, {"pattern": _pattern, "$ref": _ref}
)
_REGISTRY: Final = Registry[Any]().with_resources(
    (uri, DRAFT202012.create_resource(schema)) for uri, schema in SCHEMAS.items()
)

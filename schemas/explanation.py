"""Say in words what the compiled JSON Schema has refused.

The words stand in the schema files: a `title` or `description` names the thing that was
wanted, a `$comment` the requirement.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson
from jsonschema_rs import Registry, ValidationError, ValidationErrorKind

from schemas.definitions import BASE_URI, SCHEMAS
from schemas.errors import Problem, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jsonschema_rs import Draft202012Validator

    Schema = dict[str, Any]

REGISTRY: Final = Registry(list(SCHEMAS.items()))

# Enough to repair a statement by, and an answer that stays small whatever was sent.
_PROBLEM_LIMIT: Final = 20

# What the errors of a value may hold of it in all: about 50 ms of the event loop's time.
_COPIED_BYTES: Final = 1_000_000

_TYPES: Final = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "a JSON object",
    "string": "a string",
}


def explain(validator: Draft202012Validator, root: Schema, value: object) -> list[Problem]:
    """Return why `value` is not valid by `validator`, which is compiled from the schema `root`.

    Twenty problems at most, the first one of a large value with very many, and none for a value
    that is valid.
    """
    errors = islice(_errors(validator, value), _PROBLEM_LIMIT)
    return list(dict.fromkeys(problem_of(error, root) for error in errors))


def _errors(validator: Draft202012Validator, value: object) -> Iterator[ValidationError]:
    """Everything that is wrong, or the first thing if telling all would take too long.

    All errors are made at once, each with a copy of what it is about: where thousands of an
    object's members are wrong, that takes minutes. Counting them does not.
    """
    size_bytes = _size_bytes(value)
    if size_bytes <= _COPIED_BYTES:
        count = len(validator.evaluate(value).errors())
        if count * size_bytes <= _COPIED_BYTES:
            yield from validator.iter_errors(value)
            return
    try:
        validator.validate(value)
    except ValidationError as error:
        yield error


def _size_bytes(value: object) -> int:
    try:
        return len(orjson.dumps(value))
    except TypeError:  # not what `parse` returns
        return sys.maxsize


def problem_of(error: ValidationError, root: Schema) -> Problem:
    """One error of a validator that is compiled from the schema `root`, in words."""
    if isinstance(error.kind, ValidationErrorKind.PropertyNames):
        error = error.kind.error  # about the name itself, not the object that has it
    schema, requirement = _follow(root, error.evaluation_path[:-1])
    path = "$" + "".join(map(json_step, error.instance_path))
    match error.kind:
        case ValidationErrorKind.Required(name):
            requirement = _requirement_of(schema, name) or requirement
        case ValidationErrorKind.AdditionalProperties():
            requirement = "XAPI-00010"
    return Problem(path, _sentence(error, schema), requirement)


def json_step(step: str | int) -> str:
    """One step of a JSON path: `[3]`, `.name` or `["a name"]`."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{quoted(step)}]"


def _follow(root: Schema, way: Sequence[str | int]) -> tuple[Schema, str]:
    """Return the schema at the end of `way`, and the last requirement named on the way."""
    node: Any = root
    requirement, resolver = "Data 2.2", REGISTRY.resolver(BASE_URI)
    for step in way:
        node = node[step]
        if step == "$ref":
            resolved = resolver.lookup(node)
            node, resolver = resolved.contents, resolved.resolver
        if isinstance(node, dict):
            requirement = node.get("$comment", requirement)
    return node, requirement


def _requirement_of(schema: Schema, name: str) -> str | None:
    member = schema.get("properties", {}).get(name)
    return member.get("$comment") if isinstance(member, dict) else None


def _sentence(error: ValidationError, schema: Schema) -> str:
    match error.kind:
        case ValidationErrorKind.AdditionalProperties(names):
            unknown = ", ".join(map(quoted, names[:_PROBLEM_LIMIT]))
            return f"{schema['title']} has no {unknown}; keys are case-sensitive"
        case ValidationErrorKind.Required(name):
            return f"{schema['title']} needs {name}"
        case ValidationErrorKind.Not():
            return str(schema["description"])
        case ValidationErrorKind.Constant(expected):
            thing = quoted(expected)
        case ValidationErrorKind.Enum(options):
            thing = f"one of {', '.join(map(quoted, options))}"
        case _:
            thing = schema.get("description") or schema.get("title") or _TYPES[schema["type"]]
    return f"{quoted(error.instance)} is not {thing}"

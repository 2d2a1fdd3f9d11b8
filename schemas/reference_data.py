"""Tell a course or a badge definition from what is none, and say all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import Draft202012Validator, ValidationErrorKind

from schemas.definitions import BASE_URI
from schemas.errors import Problem, quoted
from schemas.explanation import REGISTRY, json_step, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_rs import ValidationError

_SCHEMAS: Final = {
    name: {"$ref": f"{BASE_URI}{file}#/$defs/{name}"}
    for name, file in (
        ("course", "catalogue.json"),
        ("badge", "badges.json"),
        ("criterion", "badges.json"),
    )
}
_COMPILED: Final = {
    name: Draft202012Validator(schema, registry=REGISTRY) for name, schema in _SCHEMAS.items()
}


def problems_of(kind: str, value: Any) -> list[Problem]:  # noqa: ANN401 - any JSON value
    """All that keeps a JSON value from being a `course`, a `badge` or a `criterion`.

    Paths begin with `$`; that of a member nobody knows is the member's own. The requirement of a
    problem says nothing here. An operator wrote the value, and asked for all errors: there is no
    limit to them.
    """
    validator = _COMPILED[kind]
    if validator.is_valid(value):
        return []
    told = (
        problem
        for error in validator.iter_errors(value)
        for problem in _told(error, _SCHEMAS[kind])
    )
    return list(dict.fromkeys(told))


def _told(error: ValidationError, root: dict[str, Any]) -> Iterator[Problem]:
    problem = problem_of(error, root)
    if not isinstance(error.kind, ValidationErrorKind.AdditionalProperties):
        yield problem
        return
    for name in error.kind.unexpected:
        rule = f"{quoted(name)} is not known; a member of your own begins with x-"
        yield Problem(problem.path + json_step(name), rule, problem.requirement)

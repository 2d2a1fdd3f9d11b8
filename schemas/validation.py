"""Tell a valid Statement or Agent from one that is not.

The answer comes from compiled JSON Schema; only a refusal pays for an explanation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from schemas.definitions import SCHEMAS, reference
from schemas.errors import InvalidStatement, InvalidValue
from schemas.explanation import explain
from schemas.rules import broken_rules
from schemas.versions import Version

if TYPE_CHECKING:
    from schemas.errors import Problem

_REGISTRY: Final = jsonschema_rs.Registry(list(SCHEMAS.items()))


def compiled(kind: str, version: Version) -> jsonschema_rs.Draft202012Validator:
    """Return the compiled JSON Schema of a "statement" or an "agent" under `version`."""
    return jsonschema_rs.Draft202012Validator(reference(kind, version), registry=_REGISTRY)


_STATEMENTS: Final = {version: compiled("statement", version) for version in Version}
_AGENTS: Final = {version: compiled("agent", version) for version in Version}


def validate_statement(statement: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is a Statement as a client of `version` may send it.

    Raises InvalidStatement with all that is wrong with its shape or, when the shape is
    right, with all the rules it breaks. Source: Data 2 and 4.
    """
    if not _STATEMENTS[version].is_valid(statement):
        raise InvalidStatement(*_reasons(statement, "statement", version))
    problems = list(broken_rules(statement))
    if problems:
        raise InvalidStatement(*problems)


def validate_agent(agent: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is an Agent or a Group. Raises InvalidValue (XAPI-00012)."""
    if not _AGENTS[version].is_valid(agent):
        raise InvalidValue(*_reasons(agent, "agent", version))


def _reasons(value: Any, kind: str, version: Version) -> list[Problem]:  # noqa: ANN401
    problems = explain(value, kind, version)
    if not problems:
        raise AssertionError(f"compiled schema and oracle disagree about a {kind}")
    return problems

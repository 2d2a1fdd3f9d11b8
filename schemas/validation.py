"""Tell a valid Statement or Agent from one that is not.

The answer comes from compiled JSON Schema; only a refusal pays for an explanation.
"""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs

from schemas.definitions import SCHEMAS, reference
from schemas.errors import InvalidStatement, InvalidValue
from schemas.explanation import explain
from schemas.rules import broken_rules
from schemas.versions import Version

_REGISTRY: Final = jsonschema_rs.Registry(list(SCHEMAS.items()))


def _compile(kind: str) -> dict[Version, jsonschema_rs.Draft202012Validator]:
    return {
        version: jsonschema_rs.Draft202012Validator(reference(kind, version), registry=_REGISTRY)
        for version in Version
    }


_STATEMENTS: Final = _compile("statement")
_AGENTS: Final = _compile("agent")


def validate_statement(statement: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is a Statement as a client of `version` may send it.

    Raises InvalidStatement with all that is wrong with its shape or, when the shape is
    right, with all the rules it breaks. Source: Data 2 and 4.
    """
    if not _STATEMENTS[version].is_valid(statement):
        raise InvalidStatement(*explain(statement, "statement", version))
    problems = list(broken_rules(statement))
    if problems:
        raise InvalidStatement(*problems)


def validate_agent(agent: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is an Agent or a Group. Raises InvalidValue (XAPI-00012)."""
    if not _AGENTS[version].is_valid(agent):
        raise InvalidValue(*explain(agent, "agent", version))

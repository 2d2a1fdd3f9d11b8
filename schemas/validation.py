"""Tell a valid Statement or Agent from one that is not.

The answer comes from compiled JSON Schema; only a refusal pays for an explanation.
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema_rs import Draft202012Validator

from schemas.definitions import reference
from schemas.errors import InvalidStatement, InvalidValue
from schemas.explanation import REGISTRY, explain
from schemas.rules import broken_rules
from schemas.versions import Version


def compiled(kind: str, version: Version) -> Draft202012Validator:
    """Return the compiled JSON Schema of a "statement" or an "agent" under `version`."""
    return Draft202012Validator(reference(kind, version), registry=REGISTRY)


_STATEMENTS: Final = {version: compiled("statement", version) for version in Version}
_AGENTS: Final = {version: compiled("agent", version) for version in Version}


def validate_statement(statement: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is a Statement as a client of `version` may send it.

    Raises InvalidStatement with all that is wrong with its shape or, when the shape is
    right, with all the rules it breaks. Source: Data 2 and 4.
    """
    schema = _STATEMENTS[version]
    if not schema.is_valid(statement):
        raise InvalidStatement(*explain(schema, reference("statement", version), statement))
    problems = list(broken_rules(statement))
    if problems:
        raise InvalidStatement(*problems)


def validate_agent(agent: Any, version: Version) -> None:  # noqa: ANN401 - any JSON value
    """Check that a JSON value is an Agent or a Group. Raises InvalidValue (XAPI-00012)."""
    schema = _AGENTS[version]
    if not schema.is_valid(agent):
        raise InvalidValue(*explain(schema, reference("agent", version), agent))

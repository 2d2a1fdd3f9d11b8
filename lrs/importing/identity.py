"""An id for a statement that has none: made of what it says, so that a second import adds nothing.

The Moodle plugin never sends ids, and what it sends again after a lost answer differs in
`context.registration`, which it derives from the session that happens to send. So of its statements
only the facts of the event count, one of them being when it happened. Of any other statement all
counts that the client wrote.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid5

Json = dict[str, Any]

_NAMESPACE = UUID("5a0c4f3e-7d1b-5f52-9a39-3c6f0a4e8d11")
"""Never to be changed: it is in the id of every statement that was imported without one."""

_MOODLE = "http://lrs.learninglocker.net/define/extensions/info"
_ASSIGNED = ("stored", "authority", "version")


def derived_id(statement: Json) -> UUID:
    """The id of a valid statement without one."""
    facts = _facts_of_event(statement) if is_moodle_event(statement) else _rest(statement)
    return uuid5(_NAMESPACE, json.dumps(facts, sort_keys=True, ensure_ascii=False))


def is_moodle_event(statement: Json) -> bool:
    """Whether a valid statement tells of an event of Moodle, and when it was."""
    return "timestamp" in statement and _event_name(statement) is not None


def _event_name(statement: Json) -> str | None:
    info = statement.get("context", {}).get("extensions", {}).get(_MOODLE)
    name = info.get("event_name") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def _facts_of_event(statement: Json) -> Json:
    return {
        "actor": statement["actor"],
        "verb": statement["verb"]["id"],
        "object": statement["object"].get("id", statement["object"]),
        "timestamp": statement["timestamp"],
        "result": statement.get("result"),
        "event": _event_name(statement),
    }


def _rest(statement: Json) -> Json:
    return {name: value for name, value in statement.items() if name not in _ASSIGNED}

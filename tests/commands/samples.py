"""Statements to import."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.samples import make_statement

Json = dict[str, Any]

MOODLE = "http://lrs.learninglocker.net/define/extensions/info"
TIME = "2026-01-05T08:12:00.123Z"


def make_anonymous(**parts: object) -> Json:
    """Return a new statement without an id."""
    return without(make_statement(timestamp=TIME, **parts), "id")


def make_moodle_event(**context: object) -> Json:
    """Return a new statement as the Moodle plugin sends it, without an id."""
    info = {MOODLE: {"event_name": "\\core\\event\\course_viewed"}}
    return make_anonymous(context={"extensions": info} | context)


def without(statement: Json, *names: str) -> Json:
    """Return the statement without some members."""
    return {name: value for name, value in statement.items() if name not in names}


def write_lines(*statements: object) -> bytes:
    """Write JSON lines."""
    return b"".join(json.dumps(each).encode() + b"\n" for each in statements)

"""Rows of the read models as they are told outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from lrs.records.moments import seconds
from statements.clock import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from projections.queries.models import Model

Json = dict[str, Any]

_LOGIN, _LOGOUT = 1, 2  # bits of connection.edges

KEYS: dict[str, tuple[str, ...]] = {
    "enrolments": ("learner", "course", "registration"),
    "completions": ("learner", "course"),
    "connections": ("learner", "course", "begun"),
    "badges": ("learner", "badge"),
}
"""What tells the rows of a list apart."""

FIELDS: dict[str, tuple[str, ...]] = {
    "enrolments": (*KEYS["enrolments"], "status", "how", "first", "last"),
    "completions": (
        *KEYS["completions"],
        *("status", "progress", "started", "completed", "best", "best_at", "last", "last_at"),
    ),
    "connections": (*KEYS["connections"], "ended", "seconds", "login", "logout"),
    "badges": (
        *KEYS["badges"],
        *("status", "eligible", "awarded", "revoked", "expires", "criteria"),
    ),
}
"""All members of the rows of a list, in their order."""


def told(model: Model, row: Json, iris: Mapping[int, str]) -> Json:
    """A row for others; of one that went, only what tells it apart, and `removed`.

    Learner and course are named, instants written, and what is not known is left out.
    """
    named = row | {"learner": row["name"]}
    if model.thing == "course":
        named["course"] = iris.get(row["course"])
    if model.date == "begun":
        named["begun"] = text_of(row["begun"])
    if not row["matches"]:
        return _known(named, KEYS[model.name]) | {"removed": True}
    return _known(named | _WRITERS[model.name](row), FIELDS[model.name])


def _known(full: Json, names: tuple[str, ...]) -> Json:
    return {name: full[name] for name in names if full.get(name) is not None}


def reasons(row: Json) -> list[tuple[str, int]]:
    """Rules that led to a row, each with the position of a statement."""
    found = orjson.loads(row.get("evidence") or "{}")
    return [
        (rule, position)
        for rule, positions in found.items()
        for position in (positions if isinstance(positions, list) else [positions])
    ]


def _enrolment(row: Json) -> Json:
    return _instants(row, "first", "last")


def _completion(row: Json) -> Json:
    return _instants(row, "started", "completed", "best_at", "last_at")


def _connection(row: Json) -> Json:
    return {
        "ended": text_of(row["ended"]),
        "seconds": seconds(row["ended"] - row["begun"]),
        "login": bool(row["edges"] & _LOGIN),
        "logout": bool(row["edges"] & _LOGOUT),
    }


def _badge(row: Json) -> Json:
    criteria = [_criterion(each) for each in orjson.loads(row["criteria"] or "[]")]
    return _instants(row, "eligible", "awarded", "revoked", "expires") | {"criteria": criteria}


def _criterion(criterion: Json) -> Json:
    """What of a criterion is for others: its evidence is positions, which `why` answers."""
    since = criterion.get("since")
    shown = {name: v for name, v in criterion.items() if name not in {"evidence", "since"}}
    return shown if since is None else shown | {"since": text_of(since)}


def _instants(row: Json, *names: str) -> Json:
    return {name: None if row[name] is None else text_of(row[name]) for name in names}


_WRITERS: dict[str, Callable[[Json], Json]] = {
    "enrolments": _enrolment,
    "completions": _completion,
    "connections": _connection,
    "badges": _badge,
}

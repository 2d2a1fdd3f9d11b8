"""The records of learners, row by row; those that are only remembered as removed are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from projections.exports.export import Export, of_learners, said, seconds, selected
from projections.reference.documents import load_badges
from projections.tables import (
    REMOVED,
    badge_standing,
    completion,
    connection,
    enrolment,
    learner,
    measured,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Table

    from statements.connection import Connection, Row

_OF_COURSE: Final = {"learner": "person", "course": "text"}


def _is_there(table: Table) -> ColumnElement[bool]:
    return table.c.status != REMOVED


_ENROLMENT = {"first": "instant", "last": "instant", "how": "text", "status": "text"}
ENROLMENTS = selected(
    "enrolments",
    {**_OF_COURSE, "registration": "text", **_ENROLMENT},
    of_learners(
        enrolment, said(enrolment.c.registration), *(enrolment.c[name] for name in _ENROLMENT)
    ).where(_is_there(enrolment)),
)

_COMPLETION = {
    "status": "text",
    "progress": "number",
    "started": "instant",
    "completed": "instant",
    "best": "number",
    "best_at": "instant",
    "last": "number",
    "last_at": "instant",
}
COMPLETIONS = selected(
    "completions",
    {**_OF_COURSE, **_COMPLETION},
    of_learners(completion, *(completion.c[name] for name in _COMPLETION)).where(
        _is_there(completion)
    ),
)

CONNECTIONS = selected(
    "connections",
    {**_OF_COURSE, "begun": "instant", "ended": "instant", "seconds": "number"},
    of_learners(
        connection,
        *(connection.c.begun, connection.c.ended),
        seconds(connection.c.ended - connection.c.begun),
    ),
)

MEASURED = selected(
    "measured",
    # Items are named by other programs, which may put anything into a name.
    {**_OF_COURSE, "kind": "text", "item": "hidden", "at": "instant", "seconds": "number"},
    of_learners(
        measured,
        *(measured.c.kind, measured.c.item, measured.c.at),
        seconds(measured.c.microseconds),
    ),
)

_STANDING = dict.fromkeys(("eligible", "awarded", "revoked", "expires"), "instant")
_STANDINGS = (
    select(
        *(learner.c.key, badge_standing.c.badge, badge_standing.c.status),
        *(badge_standing.c[name] for name in _STANDING),
    )
    .join_from(badge_standing, learner, learner.c.number == badge_standing.c.learner)
    .where(_is_there(badge_standing))
)


def _read_badges(connection: Connection) -> Iterator[Row]:
    titles = {iri: badge.name for iri, badge in load_badges(connection).items()}
    for key, badge, *rest in connection.stream(_STANDINGS):
        yield (key, badge, titles.get(badge), *rest)


BADGES = Export(
    "badges",
    {"learner": "person", "badge": "text", "title": "text", "status": "text", **_STANDING},
    _read_badges,
)

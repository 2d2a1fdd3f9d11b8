"""What the read models say, in words that do not depend on how they came about.

Two stores that were folded from the same log hold the same lines, whatever numbers they gave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from projections import tables
from projections.work import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table

    from statements.connection import Connection, Row

_HIDDEN = {"changed", "state"}
"""Columns that tell how rows came about."""

COMPARED = (
    tables.event,
    tables.unrecognised,
    tables.enrolment,
    tables.completion,
    tables.connection,
    tables.learner_period,
    tables.measured,
    tables.badge_standing,
    tables.connection_tally,
    tables.measured_tally,
    tables.progress_tally,
    tables.standing,
)
"""Tables whose rows follow from the log, the directory and the catalogue."""

Line = tuple[Any, ...]


class Names:
    """What numbers stand for in one store."""

    def __init__(self, connection: Connection) -> None:
        column = tables.activity.c
        self._activities = {0: ""} | _pairs(connection, column.number, column.iri)
        learner, identity, crowd = tables.learner.c, tables.identity.c, tables.crowd.c
        place = tables.place.c
        crowds: dict[int, object] = {EVERYBODY: "everybody"}
        about = (crowd.directorate, crowd.employer, crowd.cohort)
        crowds |= {row[0]: row[1:] for row in connection.rows(select(crowd.number, *about))}
        self._spoken: dict[str, Callable[[Any], Any]] = {
            "learner": _pairs(connection, learner.number, learner.key).__getitem__,
            "identity": _pairs(connection, identity.number, identity.ifi).__getitem__,
            "crowd": crowds.__getitem__,
            "course": self._activities.__getitem__,
            "place": {
                number: (
                    self._activities[unit],
                    self._activities[resolved],
                    tuple(self._activities[int(each)] for each in ancestors.split()),
                )
                for number, unit, resolved, ancestors in connection.rows(
                    select(place.number, place.unit, place.resolved, place.ancestors)
                )
            }.__getitem__,
        }

    def line(self, table: Table, row: Row) -> Line:
        """A row in words."""
        named = zip(table.columns, row, strict=True)
        return tuple(
            self._spoken[column.name](value) if column.name in self._spoken else value
            for column, value in named
            if column.name not in _HIDDEN
        )


def _pairs(connection: Connection, number: Any, text: Any) -> dict[int, str]:  # noqa: ANN401
    return {row[0]: row[1] for row in connection.rows(select(number, text))}


def contents(connection: Connection, table: Table, names: Names) -> Iterator[Line]:
    """All lines of a table, in any order; rows of what there is no more are left out."""
    query = select(*table.columns)
    if "status" in table.columns:
        query = query.where(table.c.status != tables.REMOVED)
    for row in connection.stream(query):
        yield names.line(table, row)

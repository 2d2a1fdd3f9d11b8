"""The read models that are listed row by row, and what is particular to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import false, true

from projections.tables import (
    REMOVED,
    badge_standing,
    completion,
    connection,
    connection_gone,
    enrolment,
)

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Table


class Model(NamedTuple):
    """A table of rows about learners.

    Attributes:
        name: as in its path.
        table: with the columns `learner` and `changed`.
        thing: the column of what a row is about: a course by number, or a badge by IRI.
        date: the column that `since` and `until` mean.
        is_there: that a row is no tombstone.
        gone: the model of tombstones, where they have a table of their own.

    """

    name: str
    table: Table
    thing: str
    date: str
    is_there: ColumnElement[bool]
    gone: str = ""

    @property
    def key(self) -> list[Column[Any]]:
        """The columns of the order of changes: `changed`, then the primary key."""
        return [self.table.c.changed, *self.table.primary_key.columns]

    @property
    def columns(self) -> list[str]:
        """Names of the columns that are read: all but what the fold keeps for itself."""
        return [column.name for column in self.table.columns if column.name != "state"]

    @property
    def start(self) -> tuple[int | str, ...]:
        """A key before all others."""
        return tuple("" if column.type.python_type is str else -1 for column in self.key)


ENROLMENTS = Model("enrolments", enrolment, "course", "first", enrolment.c.status != REMOVED)
COMPLETIONS = Model(
    "completions", completion, "course", "completed", completion.c.status != REMOVED
)
CONNECTIONS = Model("connections", connection, "course", "begun", true(), "connections gone")
_CONNECTIONS_GONE = Model("connections gone", connection_gone, "course", "begun", false())
BADGES = Model("badges", badge_standing, "badge", "eligible", badge_standing.c.status != REMOVED)
LISTS = (ENROLMENTS, COMPLETIONS, CONNECTIONS, BADGES)
MODELS = {each.name: each for each in (*LISTS, _CONNECTIONS_GONE)}

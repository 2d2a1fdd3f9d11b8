"""What a table to take elsewhere is.

Everything is in words: learners by their keys, courses by their IRIs. What nobody said is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from projections.tables import activity, learner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement, Select, Table

    from statements.connection import Connection, Row

MICROSECONDS = 1_000_000.0


class Export(NamedTuple):
    """A table to take elsewhere.

    Attributes:
        name: of the table.
        columns: what each holds, by name and in order: `text`, `texts`, `whole`, `number`, `flag`,
            `instant` (microseconds since 1970), `person`: who the row is about, by a key or an
            identifier, or `hidden`: a text that may hold an identifier.
        read: its rows, in any order, each in the order of the columns.

    """

    name: str
    columns: Mapping[str, str]
    read: Callable[[Connection], Iterable[Row]]


def selected(name: str, columns: Mapping[str, str], query: Select[Any]) -> Export:
    """The rows of a query."""

    def read(connection: Connection) -> Iterator[Row]:
        return connection.stream(query)

    return Export(name, columns, read)


def said(column: ColumnElement[str]) -> ColumnElement[str]:
    """A text, or nothing if it is empty."""
    return func.nullif(column, "")


def seconds(column: ColumnElement[int]) -> ColumnElement[Any]:
    """Microseconds as seconds."""
    return column / MICROSECONDS


def of_learners(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of a table's rows, after the key of their learner and the IRI of their course."""
    source = table.join(learner, learner.c.number == table.c.learner)
    source = source.outerjoin(activity, activity.c.number == table.c.course)
    return select(learner.c.key, activity.c.iri, *columns).select_from(source)

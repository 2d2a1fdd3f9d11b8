"""Rows that go into PostgreSQL's tables: arrays that become rows again on the other side.

What a transaction inserts is gathered until somebody wants an answer, and sent in one exchange: an
append has five tables to write to, and holds the append lock meanwhile.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.adapt import PyFormat
from sqlalchemy.types import BigInteger, Double, LargeBinary, SmallInteger, String

from statements.database import AlreadyThere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Table

    from statements.database import Row
    from statements.postgresql_wire import Wire

ARRAYS = {
    BigInteger: "bigint[]",
    SmallInteger: "smallint[]",
    Double: "double precision[]",
    LargeBinary: "bytea[]",
    String: "text[]",
}


class Kind(NamedTuple):
    """What the SQL text of an insertion depends on."""

    table: Table
    if_absent: bool = False  # rows that are there are left as they are
    new: bool = False  # none may be there


class Inserts:
    """Insertions in the order in which they came, not sent yet."""

    def __init__(self) -> None:
        self._columns: dict[Kind, list[list[object]]] = {}

    def __contains__(self, table: Table) -> bool:
        return any(table is kind.table for kind in self._columns)

    def add(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Take rows, some at least, for a table that there are none for yet."""
        self._columns[kind] = columns_of(rows)

    def send(self, wire: Wire) -> None:
        """Insert what was taken. Raises AlreadyThere if rows that have to be new are not."""
        if not self._columns:
            return
        taken, self._columns = self._columns, {}
        values = list(chain.from_iterable(taken.values()))
        expected = [len(columns[0]) for kind, columns in taken.items() if kind.new]
        if len(taken) == 1:
            (kind,) = taken
            inserted = [wire.count(insertion(kind), values, PyFormat.BINARY)][: len(expected)]
        else:
            (row,) = wire.rows(_insertions(tuple(taken)), values, PyFormat.BINARY)
            inserted = list(row[1:])
        if inserted != expected:
            raise AlreadyThere


def columns_of(rows: Sequence[Row]) -> list[list[object]]:
    """Rows as the arrays that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)]


def unnest(columns: Iterable[Column[Any]], first: int = 1) -> str:
    """SQL of arrays as rows; the first of them is parameter `$first`."""
    arrays = ", ".join(f"${at}::{ARRAYS[type(c.type)]}" for at, c in enumerate(columns, first))
    return f"unnest({arrays})"


@lru_cache(maxsize=256)
def insertion(kind: Kind, first: int = 1) -> str:
    """SQL that inserts the rows of arrays."""
    table = kind.table
    names = ", ".join(column.name for column in table.columns)
    # Refused rows would fill the server's log with errors whenever a client sends again.
    conflict = " ON CONFLICT DO NOTHING" if kind.if_absent or kind.new else ""
    rows = unnest(table.columns, first)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {rows}{conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def _insertions(kinds: tuple[Kind, ...]) -> str:
    """SQL of several insertions; one row: a zero, and how many of each that has to be new."""
    parts, counts, first = [], ["0"], 1
    for at, kind in enumerate(kinds):
        returning = " RETURNING 1" if kind.new else ""
        parts.append(f"i{at} AS ({insertion(kind, first)}{returning})")
        if kind.new:
            counts.append(f"(SELECT count(*) FROM i{at})")  # noqa: S608
        first += len(kind.table.columns)
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"

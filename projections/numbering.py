"""Numbers for rows, given by the one process that folds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy import Select, Table

    from statements.connection import Connection

MOST_REMEMBERED = 400_000
"""Of each kind of thing with a number: some 100 MB at most."""


def next_number(connection: Connection, table: Table) -> int:
    """The number that follows all in the table's column `number`."""
    last = connection.rows(_last(table))[0][0]
    return (last or 0) + 1


@lru_cache(maxsize=64)
def _last(table: Table) -> Select[tuple[int]]:
    return select(func.max(table.c.number))

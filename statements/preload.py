"""What is asked for most is read into the memory of a process before anybody asks for it.

Else each process would read all bitmaps of a term in the first question about it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from statements import tables
from statements.append import head
from statements.bitmaps import MOST_BEHIND, SEALED, Bitmaps, read_sealed
from statements.newest import Inherited, read_newest
from statements.segments import Window, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection
    from statements.database import Database
    from statements.known import Memory

_NOTHING = Inherited((), Window(0, 0))
_bitmap = tables.bitmap.c
_FREQUENT = (
    select(_bitmap.key)
    .where(_bitmap.segment == bindparam("segment"), _bitmap.key != SEALED)
    .order_by(func.length(_bitmap.positions).desc())
)


def sealed_segments(connection: Connection) -> int:
    """How many segments have their bitmaps; 0 if so few that the rest of the log is a long one."""
    sealed = read_sealed(connection).segments
    behind = head(connection).position - window_of(0, sealed - 1).high
    return sealed if behind <= MOST_BEHIND else 0


def preload(database: Database, memory: Memory) -> Iterator[int]:
    """Read which statements have the most frequent terms, one key after the other, and tell which.

    These are the terms that have bitmaps in the last sealed segment. What is remembered of one is
    brought up to date. It ends when there is room left for little else.
    """
    for key in database.read(_frequent):
        if memory.is_filled():
            return
        database.read(partial(_learn, memory=memory, key=key))
        yield key


def _frequent(connection: Connection) -> list[int]:
    last = read_sealed(connection).segments - 1
    return [key for (key,) in connection.rows(_FREQUENT, segment=last)]


def _learn(connection: Connection, memory: Memory, key: int) -> None:
    newest = read_newest(connection, memory, [key], _NOTHING)
    Bitmaps(connection, memory, newest.known).learn(key, newest.head)

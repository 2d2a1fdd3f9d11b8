"""What is asked for most is read into the memory of a process before anybody asks for it.

Else each process would read all bitmaps of a term in the first question about it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from statements.append import head
from statements.bitmaps import MOST_BEHIND, Bitmaps, frequent_keys, read_sealed
from statements.newest import Inherited, read_newest
from statements.segments import Window, spans_to, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection
    from statements.database import Database
    from statements.known import Known, Memory

_NOTHING = Inherited((), Window(0, 0))


def sealed_segments(connection: Connection) -> int:
    """How many segments have their bitmaps; 0 if so few that the rest of the log is a long one."""
    sealed = read_sealed(connection).segments
    behind = head(connection).position - window_of(0, sealed - 1).high
    return sealed if behind <= MOST_BEHIND else 0


def preload(database: Database, memory: Memory) -> Iterator[int]:
    """Read which statements have the most frequent terms, and tell the key of each step.

    These are the terms that have bitmaps in the last sealed segment; of each the newest statements
    come first. What is remembered is brought up to date, and more is read as long as there is room.
    A step takes milliseconds.
    """
    keys = database.read(partial(_frequent, memory=memory))
    for key in keys:
        if memory.get(key) is None and memory.is_filled():
            continue
        newest = database.read(partial(read_newest, memory=memory, wanted=[key], within=_NOTHING))
        last, *before = spans_to(newest.head)
        for window in (last, *filter(newest.known[key].missing, before)):
            learn = partial(_learn, memory=memory, known=newest.known[key], key=key, window=window)
            if not database.read(learn):
                break
            yield key
    for key in reversed(keys):
        memory.get(key)  # so the most frequent were used last


def _frequent(connection: Connection, memory: Memory) -> list[int]:
    sealed = read_sealed(connection)
    memory.note_sealed(sealed)
    return frequent_keys(connection, sealed.segments - 1, sealed.segments - 1)


def _learn(connection: Connection, memory: Memory, known: Known, key: int, window: Window) -> bool:
    return Bitmaps(connection, memory, {key: known}).learn(key, window)

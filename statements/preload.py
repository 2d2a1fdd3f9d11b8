"""What is asked for most is read into the memory of a process before anybody asks for it.

Else each process would read all bitmaps of a term in the first question about it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from statements.append import head
from statements.bitmaps import MOST_BEHIND, Bitmaps, frequent_keys, read_sealed
from statements.newest import Inherited, read_newest
from statements.segments import Window, spans_from, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection
    from statements.database import Database
    from statements.known import Memory

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
    frequent = database.read(partial(_look, memory=memory))
    for key in frequent.keys:
        for window in frequent.windows:
            known = memory.get(key)
            if known is None and memory.is_filled():
                break
            if known and not known.missing(window) and window != frequent.windows[0]:
                continue
            if not database.read(partial(_learn, memory=memory, key=key, window=window)):
                break
            yield key
    for key in reversed(frequent.keys):
        memory.get(key)  # so the most frequent were used last


class _Frequent(NamedTuple):
    keys: list[int]  # the most frequent first
    windows: list[Window]  # all of the log, the newest first


def _look(connection: Connection, memory: Memory) -> _Frequent:
    sealed = read_sealed(connection)
    memory.note_sealed(sealed)
    last = sealed.segments - 1
    keys = frequent_keys(connection, last, last)
    return _Frequent(keys, list(spans_from(head(connection).position)))


def _learn(connection: Connection, memory: Memory, key: int, window: Window) -> bool:
    newest = read_newest(connection, memory, [key], _NOTHING)
    bitmaps = Bitmaps(connection, memory, newest.known)
    return bitmaps.learn(key, window.within(Window(0, newest.head)))

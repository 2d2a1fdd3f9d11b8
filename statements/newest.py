"""The newest statements that have some keys: those of a rare key are all that there are."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap64

from statements.known import Known
from statements.page_queries import PART, newest_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from statements.connection import Connection
    from statements.known import Memory
    from statements.segments import Window

NEWEST = 1_024
"""Statements of a key that are read at first: all that an agent of some years has."""
MOST_SINCE = 1 << 14
"""Statements that came since what is remembered. Of more, the newest so many are read."""


class Inherited(NamedTuple):
    """Keys that a statement may have by reference, and where."""

    keys: Sequence[int]
    window: Window


class Newest(NamedTuple):
    """What is known of some keys up to the head of the log."""

    head: int  # its last position
    known: dict[int, Known]
    is_inherited: bool  # some statement has a key by reference


def read_newest(
    connection: Connection, memory: Memory, wanted: Iterable[int], within: Inherited
) -> Newest:
    """What is remembered of some keys and what has come since, or else their newest statements.

    Args:
        connection: is asked for what is not remembered, in one query.
        memory: of what was read before; it keeps what is read of keys that are not rare.
        wanted: index keys.
        within: what is asked for beside.

    """
    before = {key: memory.get(key) for key in wanted}
    named = {f"k0_{i}": key for i, key in enumerate(before)}
    for i, known in enumerate(before.values()):
        named[f"after{i}"] = -1 if known is None else known.settled
        named[f"most{i}"] = NEWEST if known is None else MOST_SINCE
    named |= {f"k1_{i}": key for i, key in enumerate(within.keys)}
    trusted = memory.settled
    query, parts = newest_query(len(before), len(within.keys))
    low, high = within.window
    found = by_part(connection.numbers(query, low=low, high=high, **named), parts)
    *rows, heads, inherited = found
    head = heads[0] if heads else 0
    memory.note_head(head)
    settled = min(head, trusted) if connection.is_distributed() else head
    newest = {}
    for (key, known), positions in zip(before.items(), rows, strict=True):
        came = BitMap64(positions, optimize=False)  # they lie apart
        if known is not None and len(positions) < MOST_SINCE:
            known.came(came, head, settled)
            if positions:
                memory.grew(key, known)
            newest[key] = known
            continue
        is_all = known is None and len(positions) < NEWEST
        newest[key] = Known(0 if is_all else came.min(), head, settled, came)
        if known is not None and memory.has_room(newest[key], known.positions):
            newest[key].has(*known.full())
        if not is_all:  # else it is read as quickly as it is remembered
            memory.keep(key, newest[key])
    return Newest(head, newest, bool(inherited))


def by_part(numbers: Iterable[int], parts: int) -> list[list[int]]:
    """Positions in order, by the parts of a query that they came from as numbers."""
    ordered = sorted(numbers)
    found = []
    for start in range(0, parts * PART, PART):
        of = ordered[bisect_left(ordered, start) : bisect_left(ordered, start + PART)]
        found.append([number - start for number in of])
    return found

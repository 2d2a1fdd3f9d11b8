"""The end of the log, whose segments have no bitmaps yet: which of its statements have a key.

Statements become visible in the order of their positions, each with all index rows of its own. So
what was read up to the head of the log stays right, and the next query reads what came since; on a
distributed engine, where a commit arrives at one shard after the other, also what came in the last
seconds.
"""

from __future__ import annotations

from collections import defaultdict
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from statements.page_queries import tail_query
from statements.segments import masks_of, segment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from statements.connection import Connection
    from statements.segments import Window

MOST_ROWS = 1 << 15
"""Of a key, that are read at once: of two segments, if all their statements have it."""
SETTLED_SECONDS = 2.0
"""After which a statement is visible on all shards."""
MOST_KEYS = 1_000
"""That are remembered, in two to four megabytes."""


class Tail(NamedTuple):
    """Which statements of the last segments have a key."""

    through: int  # position up to which that is known
    masks: dict[int, int]  # by segment


class Tails:
    """Tails of keys; safe to share between threads, since what is kept is replaced as a whole."""

    def __init__(self) -> None:
        self._known: dict[int, Tail] = {}
        self._settled = -1  # a head that was seen some seconds ago
        self._seen = (monotonic(), -1)  # a moment, and the head that was seen then

    def get(self, key: int, start: int, *, settled: bool = False) -> Tail:
        """What is known of a key from a position on, behind which no segment has bitmaps.

        `settled` is for what is known not to change any more, on a distributed engine.
        """
        known = self._known.get(key)
        if known is None or segment_of(start) not in known.masks:
            return Tail(start - 1, {})
        if not settled:
            return known
        return known._replace(through=max(start - 1, min(known.through, self._settled)))

    def keep(self, key: int, tail: Tail) -> None:
        """Remember it."""
        if len(self._known) >= MOST_KEYS:
            self._known = {}
        self._known[key] = tail

    def note(self, head: int) -> None:
        """That was the last position of the log a moment ago."""
        now = monotonic()
        moment, before = self._seen
        if now - moment >= SETTLED_SECONDS:
            self._settled, self._seen = before, (now, head)


class Inherited(NamedTuple):
    """Keys that a statement may have by reference, and where."""

    keys: Sequence[int]
    window: Window


class Ending(NamedTuple):
    """The end of the log."""

    head: int  # its last position
    masks: dict[tuple[int, int], int]  # which statements have a key, by key and segment


def read_ending(
    connection: Connection, memory: Tails, start: int, wanted: Sequence[int], within: Inherited
) -> Ending | None:
    """What the end of the log has of some keys; None if that is too much, or something inherited.

    Args:
        connection: is asked for what is not remembered, in one query.
        memory: of what was read before.
        start: of the first segment that has no bitmaps.
        wanted: index keys.
        within: what no statement may have by reference.

    """
    settled = connection.is_distributed()
    known = {key: memory.get(key, start, settled=settled) for key in wanted}
    named = {f"k0_{i}": key for i, key in enumerate(known)}
    named |= {f"after{i}": tail.through for i, tail in enumerate(known.values())}
    named |= {f"k1_{i}": key for i, key in enumerate(within.keys)}
    query, parts = tail_query(len(known), len(within.keys))
    low, high = within.window
    numbers = connection.numbers(query, low=low, high=high, most=MOST_ROWS, **named)
    found = by_part(numbers, parts)
    *rows, heads, inherited = (found[part] for part in range(parts))
    if inherited or any(len(each) >= MOST_ROWS for each in rows):
        return None
    (head,) = heads
    memory.note(head)
    masks: dict[tuple[int, int], int] = {}
    for (key, before), positions in zip(known.items(), rows, strict=True):
        tail = _grown(before, positions, start, head)
        memory.keep(key, tail)
        masks |= {(key, segment): mask for segment, mask in tail.masks.items()}
    return Ending(head, masks)


def by_part(numbers: Iterable[int], parts: int) -> dict[int, list[int]]:
    """Positions that came as numbers, each a position times the parts of a query, and its part."""
    found: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        position, part = divmod(number, parts)
        found[part].append(position)
    return found


def _grown(tail: Tail, positions: Sequence[int], start: int, head: int) -> Tail:
    """A tail with the positions that have come since, from a position on."""
    through = max(tail.through, head)  # a replica may be behind the one that was asked before
    last = range(segment_of(start), segment_of(through) + 1)
    if not positions and list(tail.masks) == list(last):
        return tail._replace(through=through)
    since = masks_of(positions, last)
    return Tail(through, {each: since[each] | tail.masks.get(each, 0) for each in last})

"""Bitmaps of frequent keys: two filters that match millions each are intersected word by word.

For a segment of the log that is full, each key that many of its statements have gets a bitmap,
written once: a full segment gets no index rows any more but inherited ones, which have no bitmaps
(`statements.references`). What has no bitmap, a rare key or a segment at the end of the log, is
read from the index rows, which are few.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import chain, islice
from operator import neg
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, select

from statements import segments, tables
from statements.segments import (
    Window,
    groups,
    mask_within,
    masks_of,
    positions_of,
    runs,
    segment_of,
    window_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from statements.connection import Connection
    from statements.masks import Masks

LOOKED_UP = 64
"""Statements that are looked up together at first, then four times as many; a page may be full."""
NEAR = segments.LARGEST_GROUP
"""Segments that lie so near to one another are read together with those between them."""
SOON = 2
"""Groups of segments that are read in a millisecond or two."""

SEALED = 0
"""Key of the row that says that a segment has all its bitmaps. No term has it."""

_NOTHING: Mapping[tuple[int, int], int] = {}

_posting, _bitmap = tables.posting.c, tables.bitmap.c

_OWN_POSITIONS = select(_posting.position.label("number")).where(
    _posting.key == bindparam("key"),
    _posting.position >= bindparam("low"),
    _posting.position <= bindparam("high"),
    _posting.via == 0,
)
_BITMAPS = select(_bitmap.segment.label("number"), _bitmap.bits.label("content")).where(
    _bitmap.key == bindparam("key"),
    _bitmap.segment >= bindparam("low"),
    _bitmap.segment <= bindparam("high"),
)
_LAST_SEALED = select(func.max(_bitmap.segment)).where(_bitmap.key == SEALED)


class Bitmaps(NamedTuple):
    """Which statements have keys themselves.

    `wanted` is a list of keys for each filter, of which a statement needs one; the rarest first.
    """

    connection: Connection
    memory: Masks
    ending: Mapping[tuple[int, int], int] = _NOTHING
    """What is known of segments that have no bitmaps yet, by key and segment."""

    def common(
        self,
        wanted: Sequence[Sequence[int]],
        window: Window,
        *,
        ascending: bool,
        first_group: int = 0,
    ) -> Iterator[int]:
        """Positions of the statements of a window that have a key of each list; in order.

        Args:
            wanted: lists of keys.
            window: where to look.
            ascending: from the low end to the high end, or the other way.
            first_group: segments to read together at first, if it is known how many fill the page.

        """
        together = groups(window, ascending=ascending, first=first_group)
        for number, (first, last) in enumerate(together):
            if number >= SOON:
                self.connection.take_time()
            masks = self._common(wanted, range(first, last + 1))
            for segment in sorted(masks, reverse=not ascending):
                mask = masks[segment] & mask_within(segment, window)
                yield from positions_of(segment, mask, ascending=ascending)

    def among(self, wanted: Sequence[Sequence[int]], positions: Sequence[int]) -> Iterator[int]:
        """Those of some positions whose statements have a key of each list, each once.

        `positions` are in order, one or the other, and so are those found. Those in full segments
        are found by bitmaps; others, in a segment that has none yet, by the index rows of each.
        """
        if not positions:
            return
        end = self.end()
        ascending = positions[0] <= positions[-1]
        at = bisect_left(positions, end) if ascending else bisect_right(positions, -end, key=neg)
        first, second = positions[:at], positions[at:]
        held, others = (first, second) if ascending else (second, first)
        parts = [self._among_full(wanted, held), self._looked_up(wanted, others)]
        for part in parts if ascending else reversed(parts):
            yield from part

    def end(self) -> int:
        """The position behind the full segments, as of a moment ago."""
        if self.memory.is_asking_due():
            self.memory.note_full(last_sealed(self.connection))
        return window_of(0, self.memory.last_full).high + 1

    def _among_full(
        self, wanted: Sequence[Sequence[int]], positions: Sequence[int]
    ) -> Iterator[int]:
        shift, within = segments.SEGMENT_BITS, segments.segment_size() - 1
        last = -1
        for several in _more_and_more(positions):
            masks = self._common(wanted, {position >> shift for position in several})
            for position in several:
                mask = masks.get(position >> shift, 0)
                if mask >> (position & within) & 1 and position != last:
                    yield position
                    last = position

    def _looked_up(
        self, wanted: Sequence[Sequence[int]], positions: Sequence[int]
    ) -> Iterator[int]:
        """The same by the index rows of each statement: some are far from one another."""
        for several in _more_and_more(dict.fromkeys(positions)):
            left = several
            for keys in wanted:
                rows = [(key, position, 0) for position in left for key in keys]
                found = self.connection.fetch(tables.posting, rows)
                present = {position for _, position, *_ in found}
                left = [position for position in left if position in present]
            yield from left

    def _common(self, wanted: Sequence[Sequence[int]], among: Iterable[int]) -> dict[int, int]:
        """Which statements of some segments have a key of each list; those without any left out."""
        masks = dict.fromkeys(among, -1)
        for keys in wanted:
            if not masks:
                break
            present = self._present(keys, masks)
            masks = {each: both for each in masks if (both := masks[each] & present[each])}
        return masks

    def _present(self, keys: Sequence[int], among: Iterable[int]) -> dict[int, int]:
        """A mask for each segment: which of its statements have one of the keys."""
        present = dict.fromkeys(among, 0)
        for key in keys:
            unknown = []
            for segment in present:
                mask = self.ending.get((key, segment)) if self.ending else None
                if mask is None and (mask := self.memory.get(key, segment)) is None:
                    unknown.append(segment)
                else:
                    present[segment] |= mask
            if unknown:
                masks = self._read(key, unknown)
                for segment in unknown:
                    present[segment] |= masks[segment]
        return present

    def _read(self, key: int, among: Iterable[int]) -> dict[int, int]:
        """The same for one key, and for segments between them that are not many."""
        masks: dict[int, int] = {}
        for first, last in runs(among, NEAR):
            masks |= self._read_run(key, first, last)
        for segment, mask in masks.items():
            self.memory.keep(key, segment, mask)
        return masks

    def _read_run(self, key: int, first: int, last: int) -> dict[int, int]:
        """The same for segments that follow one another: by bitmaps, or else by the index rows."""
        end = segment_of(self.end())
        masks: dict[int, int] = {}
        if first < end:
            bitmaps = self.connection.contents(
                _BITMAPS, key=key, low=first, high=min(last, end - 1)
            )
            masks = {segment: int.from_bytes(bits, "little") for segment, bits in bitmaps}
        rare = [each for each in range(first, last + 1) if each not in masks]
        return masks | own_masks(self.connection, key, rare)


def own_masks(connection: Connection, key: int, among: Sequence[int]) -> dict[int, int]:
    """The statements of some segments that have a key themselves, by the index rows alone."""
    windows = (window_of(first, last) for first, last in runs(among, 1))
    positions = (
        connection.numbers(_OWN_POSITIONS, key=key, low=window.low, high=window.high)
        for window in windows
    )
    return masks_of(chain.from_iterable(positions), among)


def mask_of(connection: Connection, key: int, segment: int) -> int:
    """The same of one segment."""
    return own_masks(connection, key, [segment])[segment]


def last_sealed(connection: Connection) -> int:
    """The last segment that has its bitmaps; -1 if none has."""
    last = connection.rows(_LAST_SEALED)[0][0]
    return -1 if last is None else int(last)


def _more_and_more(positions: Iterable[int]) -> Iterator[list[int]]:
    """Some positions, then four times as many, and so on."""
    left, size = iter(positions), LOOKED_UP
    while several := list(islice(left, size)):
        yield several
        size *= 4

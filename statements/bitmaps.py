"""Bitmaps of frequent keys: two filters that match millions each are intersected in no time.

For a segment of the log that is full, each key that many of its statements have gets a bitmap,
written once: a full segment gets no index rows any more but inherited ones, which have no bitmaps
(`statements.references`). What has no bitmap, a rare key or a segment at the end of the log, is
read from the index rows, which are few.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap64
from sqlalchemy import bindparam, func, select

from statements import segments, tables
from statements.known import Sealed
from statements.segments import (
    Window,
    groups,
    in_order,
    runs,
    segments_in,
    window_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from statements.connection import Connection
    from statements.known import Known, Memory

NEAR = segments.LARGEST_GROUP
"""Segments that lie so near to one another are read together with those between them."""
MANY_GROUPED = 1 << 10
"""Segments that are intersected together if all is known of them: sixty million statements."""
SOON_GROUPS, SOON_SEGMENTS, SOON_ROWS = 2, 256, 4_000
"""Of segments, of bitmaps and of index rows so many are read in a millisecond or two."""
MOST_BEHIND = 1 << 17
"""Positions behind the full segments that are read as a whole: two segments."""

SEALED = 0
"""Key of the row that says that a segment has all its bitmaps, and which. No term has it."""

_posting, _bitmap = tables.posting.c, tables.bitmap.c

_OWN_POSITIONS = select(_posting.position.label("number")).where(
    _posting.key == bindparam("key"),
    _posting.position >= bindparam("low"),
    _posting.position <= bindparam("high"),
    _posting.via == 0,
)
_BITMAPS = select(_bitmap.segment.label("number"), _bitmap.positions.label("content")).where(
    _bitmap.key == bindparam("key"),
    _bitmap.segment >= bindparam("low"),
    _bitmap.segment <= bindparam("high"),
)
_SEALED = select(func.max(_bitmap.segment), func.min(_bitmap.segment)).where(_bitmap.key == SEALED)


class Bitmaps(NamedTuple):
    """Which statements have keys themselves, up to the head of the log."""

    connection: Connection
    memory: Memory
    known: Mapping[int, Known]
    """Of all keys that are wanted."""

    def common(
        self,
        wanted: Sequence[Sequence[int]],
        window: Window,
        *,
        ascending: bool,
        first_group: int,
    ) -> Iterator[int]:
        """Positions of the statements of a window that have a key of each list; in order.

        Args:
            wanted: for each filter the keys of which a statement needs one; the rarest first.
            window: where to look, up to the head of the log.
            ascending: from the low end to the high end, or the other way.
            first_group: segments to look at together at first.

        """
        is_known = not any(self.known[key].missing(window) for keys in wanted for key in keys)
        largest = MANY_GROUPED if is_known else segments.LARGEST_GROUP
        together = groups(window, ascending=ascending, first=first_group, largest=largest)
        for number, (first, last) in enumerate(together):
            if number >= SOON_GROUPS:
                self.connection.take_time()
            among = window_of(first, last).within(window)
            if is_known and last - first > segments.LARGEST_GROUP:
                found = self._known_common(wanted)
            else:
                found = self._common(wanted, among.positions())
            yield from in_order(found, among, ascending=ascending)

    def learn(self, key: int, window: Window) -> bool:
        """Remember which statements of a window have a key; False if there is no room for that."""
        self._having(key, window.positions())
        return not self.known[key].missing(window)

    def _known_common(self, wanted: Sequence[Sequence[int]]) -> BitMap64:
        """All that have a key of each list, as far as that is known; not to be changed."""
        found = _union([self.known[key].positions for key in wanted[0]])
        for keys in wanted[1:]:
            found = _union([found & self.known[key].positions for key in keys])
        return found

    def _common(self, wanted: Sequence[Sequence[int]], among: BitMap64) -> BitMap64:
        """Those of some positions whose statements have a key of each list."""
        found = among
        for keys in wanted:
            if found:
                found = _union([self._having(key, found) for key in keys])
        return found

    def _end(self) -> int:
        """The position behind the full segments, as of a moment ago."""
        if self.memory.is_asking_due():
            self.memory.note_sealed(read_sealed(self.connection))
        return window_of(0, self.memory.sealed.segments - 1).high + 1

    def _having(self, key: int, among: BitMap64) -> BitMap64:
        """Those of some positions whose statements have a key."""
        known = self.known[key]
        strange = Window(among.min(), min(among.max(), known.start - 1))
        having = BitMap64()
        if strange.low <= strange.high:
            end = self._end()
            if strange.high >= end:
                having |= self._behind(key, end, strange) & among
            if strange.low < end:
                having |= self._full(key, strange.within(Window(0, end - 1))) & among
        having |= known.positions & among
        return having

    def _behind(self, key: int, end: int, strange: Window) -> BitMap64:
        """Those of a part of the log that has no bitmaps yet: remembered, or returned."""
        known = self.known[key]
        if known.start - end > MOST_BEHIND:
            return read_own(self.connection, key, Window(end, strange.high).within(strange))
        if known.start - end > SOON_ROWS * known.gap():
            self.connection.take_time()
        positions = read_own(self.connection, key, Window(end, known.start - 1))
        known.begins(end, positions)
        self.memory.grew(key, known)
        return BitMap64()

    def _full(self, key: int, strange: Window) -> BitMap64:
        """Those of full segments: remembered or, if there is no room, returned."""
        known = self.known[key]
        missing = known.missing(strange)
        if len(missing) > SOON_SEGMENTS:
            self.connection.take_time()
        returned = BitMap64()
        for first, last in runs(missing, NEAR):
            positions = self._read(key, first, last)
            if self.memory.has_room(known, positions):
                known.has(BitMap64(range(first, last + 1)), positions)
                self.memory.grew(key, known)
            else:
                returned |= positions
        return returned

    def _read(self, key: int, first: int, last: int) -> BitMap64:
        """Those of full segments that follow one another."""
        positions, left = BitMap64(), BitMap64(range(first, last + 1))
        spans = range(-(-first // segments.SPAN), (last + 1) // segments.SPAN)
        if spans := spans[: max(0, self.memory.sealed.spans - spans.start)]:
            low, high = -spans.stop, -1 - spans.start
            positions = read_bitmaps(self.connection, key, Window(low, high), left)
        for low, high in runs(left, NEAR):
            positions |= read_segments(self.connection, key, low, high)
        return positions


def read_segments(connection: Connection, key: int, first: int, last: int) -> BitMap64:
    """The statements of full segments that have a key themselves: by bitmaps, or by index rows."""
    rare = BitMap64(range(first, last + 1))
    positions = read_bitmaps(connection, key, Window(first, last), rare)
    for low, high in runs(rare, 1):
        positions |= read_own(connection, key, window_of(low, high))
    return positions


def read_bitmaps(connection: Connection, key: int, numbers: Window, left: BitMap64) -> BitMap64:
    """What bitmaps of a key have; their segments are taken from those left."""
    positions = BitMap64()
    low, high = numbers
    for number, content in connection.contents(_BITMAPS, key=key, low=low, high=high):
        positions |= BitMap64.deserialize(content)
        left -= BitMap64(segments_in(number))
    return positions


def packed_keys(keys: Sequence[int]) -> bytes:
    """Keys as the content of a row."""
    return struct.pack(f"<{len(keys)}q", *keys)


def frequent_keys(connection: Connection, first: int, last: int) -> list[int]:
    """Keys that have bitmaps in some sealed segments; of one segment, the most frequent first."""
    keys: dict[int, None] = {}
    for _, content in connection.contents(_BITMAPS, key=SEALED, low=first, high=last):
        keys |= dict.fromkeys(key for (key,) in struct.iter_unpack("<q", content))
    return list(keys)


def read_own(connection: Connection, key: int, window: Window) -> BitMap64:
    """The statements of a window that have a key themselves, by the index rows."""
    low, high = window
    return BitMap64(connection.numbers(_OWN_POSITIONS, key=key, low=low, high=high))


def _union(several: Sequence[BitMap64]) -> BitMap64:
    """All positions of some sets: that set itself, if no other has any."""
    first, *others = [each for each in several if each] or [BitMap64()]
    return first.union(*others) if others else first


def read_sealed(connection: Connection) -> Sealed:
    """How many segments and spans have their bitmaps."""
    ((last, first),) = connection.rows(_SEALED)
    return Sealed(0, 0) if last is None else Sealed(last + 1, max(0, -first))

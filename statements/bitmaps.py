"""Bitmaps of frequent keys: two filters that match millions each are intersected word by word.

The log is cut into segments of positions. For a segment that is full, each key that many of its
statements have gets a bitmap, written once: a full segment gets no index rows any more but
inherited ones, which have no bitmaps (`statements.references`). What has no bitmap, a rare key or a
segment at the end of the log, is read from the index rows, which are few.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import groupby, islice
from operator import neg
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, select

from statements import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from statements.database import Connection
    from statements.masks import Masks

SEGMENT_BITS = 14
"""A segment has 16,384 positions: a bitmap of 2 kB."""
FIRST_GROUP, LARGEST_GROUP = 4, 64
"""Segments that are read together: few at first, since a page may be full soon."""
FEW = 4
"""So many statements of a segment are looked up in the index sooner than its bitmaps are read."""
LOOKED_UP = 64
"""Statements that are looked up together, for the same reason."""

SEALED = 0
"""Key of the row that says that a segment has all its bitmaps. No term has it."""

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


class Window(NamedTuple):
    """A range of positions, both ends included."""

    low: int
    high: int


def common(
    connection: Connection,
    memory: Masks,
    wanted: Sequence[Sequence[int]],
    window: Window,
    *,
    ascending: bool,
) -> Iterator[int]:
    """Positions of the statements that have, of themselves, a key of each list; in order.

    Args:
        connection: reading.
        memory: where what full segments have is remembered.
        wanted: lists of keys, the rarest first.
        window: where to look.
        ascending: from the low end to the high end, or the other way.

    """
    for first, last in _groups(window, ascending=ascending):
        masks = _common(connection, memory, wanted, range(first, last + 1))
        for segment in sorted(masks, reverse=not ascending):
            for position in positions_of(segment, masks[segment], ascending=ascending):
                if window.low <= position <= window.high:
                    yield position


def among(
    connection: Connection,
    memory: Masks,
    wanted: Sequence[Sequence[int]],
    positions: Sequence[int],
) -> Iterator[int]:
    """Those of some positions whose statements themselves have a key of each list, each once.

    `positions` are in order, one or the other, and so are those found. Those in full segments are
    found by bitmaps, unless they are few and far apart; others, in a segment that has none yet, by
    the index rows of each.
    """
    if not positions:
        return
    _note_full(connection, memory)
    end = memory.last_full + 1 << SEGMENT_BITS
    ascending = positions[0] <= positions[-1]
    at = bisect_left(positions, end) if ascending else bisect_right(positions, -end, key=neg)
    first, second = positions[:at], positions[at:]
    held, others = (first, second) if ascending else (second, first)
    few = len(held) <= FEW * _segments(held)
    by_bitmaps = _among_full(connection, memory, wanted, held)
    parts = [
        _looked_up(connection, wanted, held) if few else by_bitmaps,
        _looked_up(connection, wanted, others),
    ]
    for part in parts if ascending else reversed(parts):
        yield from part


def _segments(positions: Sequence[int]) -> int:
    """How many segments there are from the first of some positions to the last."""
    if not positions:
        return 0
    return 1 + abs((positions[-1] >> SEGMENT_BITS) - (positions[0] >> SEGMENT_BITS))


def _among_full(
    connection: Connection,
    memory: Masks,
    wanted: Sequence[Sequence[int]],
    positions: Sequence[int],
) -> Iterator[int]:
    low, high = sorted((positions[0], positions[-1]))
    groups = _groups(Window(low, high), ascending=positions[0] == low)
    nothing = bytes(segment_bytes())
    held: dict[int, bytes] = {}
    within = (1 << SEGMENT_BITS) - 1
    segment = last = -1
    for position in positions:
        if position >> SEGMENT_BITS != segment:
            segment = position >> SEGMENT_BITS
            while segment not in held:
                first, final = next(groups)
                held = dict.fromkeys(range(first, final + 1), nothing)
                for each, mask in _common(connection, memory, wanted, held).items():
                    held[each] = mask.to_bytes(len(nothing), "little")
            bits = held[segment]
        if bits[(position & within) >> 3] >> (position & 7) & 1 and position != last:
            yield position
            last = position


def _looked_up(
    connection: Connection, wanted: Sequence[Sequence[int]], positions: Sequence[int]
) -> Iterator[int]:
    """The same by the index rows of each statement: some are far from one another."""
    left = iter(dict.fromkeys(positions))
    while several := list(islice(left, LOOKED_UP)):
        for keys in wanted:
            rows = [(key, position, 0) for position in several for key in keys]
            present = {position for _, position, *_ in connection.fetch(tables.posting, rows)}
            several = [position for position in several if position in present]
        yield from several


def _common(
    connection: Connection,
    memory: Masks,
    wanted: Sequence[Sequence[int]],
    segments: Iterable[int],
) -> dict[int, int]:
    """Which statements of some segments have a key of each list; segments without any left out."""
    masks = dict.fromkeys(segments, -1)
    for keys in wanted:
        if not masks:
            break
        present = _present(connection, memory, keys, masks)
        masks = {each: both for each in masks if (both := masks[each] & present[each])}
    return masks


def positions_of(segment: int, mask: int, *, ascending: bool) -> Iterator[int]:
    """Positions of the bits that are set."""
    while mask:
        bit = (mask & -mask if ascending else mask).bit_length() - 1
        yield segment << SEGMENT_BITS | bit
        mask ^= 1 << bit


def mask_of(connection: Connection, key: int, segment: int) -> int:
    """The statements of a segment that have a key themselves, by the index rows."""
    return _own(connection, key, [segment])[segment]


def _present(
    connection: Connection, memory: Masks, keys: Sequence[int], segments: Iterable[int]
) -> dict[int, int]:
    """A mask for each segment: which of its statements have one of the keys."""
    present = dict.fromkeys(segments, 0)
    for key in keys:
        unknown = []
        for segment in present:
            mask = memory.get(key, segment)
            if mask is None:
                unknown.append(segment)
            else:
                present[segment] |= mask
        if unknown:
            for segment, mask in _read(connection, memory, key, unknown).items():
                present[segment] |= mask
    return present


def _read(
    connection: Connection, memory: Masks, key: int, segments: Sequence[int]
) -> dict[int, int]:
    """The same for one key, from its bitmaps or else from the index rows."""
    _note_full(connection, memory)
    full = [each for each in segments if each <= memory.last_full]
    masks: dict[int, int] = {}
    if full:
        bitmaps = connection.contents(_BITMAPS, key=key, low=min(full), high=max(full))
        masks = {each: int.from_bytes(bits, "little") for each, bits in bitmaps}
    masks |= _own(connection, key, [each for each in segments if each not in masks])
    for segment, mask in masks.items():
        memory.keep(key, segment, mask)
    return {segment: masks[segment] for segment in segments}


def _note_full(connection: Connection, memory: Masks) -> None:
    """See to it that the memory knows which segments are full, as of a moment ago."""
    if memory.is_asking_due():
        memory.note_full(last_sealed(connection))


def last_sealed(connection: Connection) -> int:
    """The last segment that has its bitmaps; -1 if none has."""
    last = connection.rows(_LAST_SEALED)[0][0]
    return -1 if last is None else int(last)


def _own(connection: Connection, key: int, segments: Sequence[int]) -> dict[int, int]:
    """The same from the index rows alone."""
    masks = {segment: bytearray(segment_bytes()) for segment in segments}
    for first, last in _runs(segments):
        low, high = window_of(first, last)
        for position in connection.numbers(_OWN_POSITIONS, key=key, low=low, high=high):
            mask = masks[position >> SEGMENT_BITS]
            mask[(position & (1 << SEGMENT_BITS) - 1) >> 3] |= 1 << (position & 7)
    return {segment: int.from_bytes(mask, "little") for segment, mask in masks.items()}


def window_of(first: int, last: int) -> Window:
    """Positions of some segments."""
    return Window(first << SEGMENT_BITS, (last + 1 << SEGMENT_BITS) - 1)


def segment_bytes() -> int:
    """Size of a bitmap."""
    return max(1, 1 << SEGMENT_BITS >> 3)


def _groups(window: Window, *, ascending: bool) -> Iterator[tuple[int, int]]:
    """First and last segment of what is read together, from one end of the window to the other."""
    low, high = window.low >> SEGMENT_BITS, window.high >> SEGMENT_BITS
    size = FIRST_GROUP
    while low <= high:
        if ascending:
            yield low, min(high, low + size - 1)
            low += size
        else:
            yield max(low, high - size + 1), high
            high -= size
        size = min(size * 4, LARGEST_GROUP)


def _runs(segments: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of segments that follow one another."""
    numbered = enumerate(sorted(segments))
    for _, run in groupby(numbered, lambda pair: pair[1] - pair[0]):
        members = [segment for _, segment in run]
        yield members[0], members[-1]

"""Segments of the log, and which of a segment's statements are meant, as the bits of a number.

The log is cut into segments of positions. A set of a segment's statements is a mask: a whole number
whose lowest bit stands for the segment's first position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEGMENT_BITS = 14
"""A segment has 16,384 positions: a bitmap of 2 kB."""
FIRST_GROUP, LARGEST_GROUP = 4, 64
"""Segments that are read together: few at first, since a page may be full soon."""


class Window(NamedTuple):
    """A range of positions, both ends included."""

    low: int
    high: int


def window_of(first: int, last: int) -> Window:
    """Positions of some segments."""
    return Window(first << SEGMENT_BITS, (last + 1 << SEGMENT_BITS) - 1)


def segment_of(position: int) -> int:
    """The segment that a position is in."""
    return position >> SEGMENT_BITS


def segment_size() -> int:
    """How many positions a segment has."""
    return 1 << SEGMENT_BITS


def segment_bytes() -> int:
    """Size of a bitmap."""
    return max(1, segment_size() >> 3)


def mask_within(segment: int, window: Window) -> int:
    """Those of a segment that are in a window."""
    low, high = window_of(segment, segment)
    below = max(0, window.low - low)
    above = min(high, window.high) - low + 1
    return (1 << max(below, above)) - (1 << below)


def masks_of(positions: Iterable[int], segments: Iterable[int]) -> dict[int, int]:
    """Positions as masks of their segments; of `segments`, those without any, too."""
    masks = {segment: bytearray(segment_bytes()) for segment in segments}
    bits, within = SEGMENT_BITS, (1 << SEGMENT_BITS) - 1
    for position in positions:
        place = position & within
        masks[position >> bits][place >> 3] |= 1 << (place & 7)
    return {segment: int.from_bytes(mask, "little") for segment, mask in masks.items()}


def positions_of(segment: int, mask: int, *, ascending: bool) -> Iterator[int]:
    """Positions of the bits that are set."""
    while mask:
        bit = (mask & -mask if ascending else mask).bit_length() - 1
        yield segment << SEGMENT_BITS | bit
        mask ^= 1 << bit


def groups(window: Window, *, ascending: bool, first: int = 0) -> Iterator[tuple[int, int]]:
    """First and last segment of what is read together, from one end of the window to the other.

    `first` is how many the first of these should be, if that is known.
    """
    low, high = segment_of(window.low), segment_of(window.high)
    size = min(first or FIRST_GROUP, LARGEST_GROUP)
    while low <= high:
        if ascending:
            yield low, min(high, low + size - 1)
            low += size
        else:
            yield max(low, high - size + 1), high
            high -= size
        size = min(size * 4, LARGEST_GROUP)


def runs(segments: Iterable[int], near: int) -> Iterator[tuple[int, int]]:
    """First and last of segments from each of which it is no further than `near` to the next."""
    ordered = sorted(segments)
    if not ordered:
        return
    first = last = ordered[0]
    for segment in ordered:
        if segment - last > near:
            yield first, last
            first = segment
        last = segment
    yield first, last

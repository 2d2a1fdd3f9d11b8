"""Segments of the log, and sets of positions.

The log is cut into segments of positions. A set of positions is a compressed ("Roaring") bitmap:
intersecting two of millions takes microseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEGMENT_BITS = 16
"""A segment has 65,536 positions, as many as a container of a Roaring bitmap."""
SPAN = 64
"""So many segments get one bitmap of a key once all of them are full: four million positions."""
LARGEST_GROUP, GROWTH = 16, 16
"""Segments that are read together, at most; and each time so many times as many as before."""
FIRST_TAKEN = 64
"""Positions that are taken out of a set at first, then four times as many."""


class Window(NamedTuple):
    """A range of positions, both ends included."""

    low: int
    high: int

    def within(self, other: Window) -> Window:
        """What both have."""
        return Window(max(self.low, other.low), min(self.high, other.high))

    def parts(self, count: int) -> Iterator[Window]:
        """The same in so many parts, or fewer."""
        size = -(-(self.high - self.low + 1) // count)
        for low in range(self.low, self.high + 1, size):
            yield Window(low, min(self.high, low + size - 1))

    def positions(self) -> BitMap64:
        """All of its positions."""
        return BitMap64(range(self.low, self.high + 1))


def window_of(first: int, last: int) -> Window:
    """Positions of some segments."""
    return Window(first << SEGMENT_BITS, (last + 1 << SEGMENT_BITS) - 1)


def segment_of(position: int) -> int:
    """The segment that a position is in."""
    return position >> SEGMENT_BITS


def segment_size() -> int:
    """How many positions a segment has."""
    return 1 << SEGMENT_BITS


def segments_in(number: int) -> range:
    """What a bitmap of this number is of: the segment or, if it is negative, a span of them."""
    if number >= 0:
        return range(number, number + 1)
    return range((-1 - number) * SPAN, -number * SPAN)


def spans_to(head: int) -> Iterator[Window]:
    """The log up to a position, as windows of a span each; the last first."""
    for number in range(segment_of(head) // SPAN, -1, -1):
        yield window_of(number * SPAN, number * SPAN + SPAN - 1).within(Window(0, head))


def in_order(positions: BitMap64, window: Window, *, ascending: bool) -> Iterator[int]:
    """Positions of a set that are in a window, from one end."""
    start = positions.rank(window.low - 1) if window.low else 0
    end, size = positions.rank(window.high), FIRST_TAKEN
    while start < end:
        if ascending:
            yield from positions[start : min(start + size, end)].to_array()
            start += size
        else:
            yield from reversed(positions[max(start, end - size) : end].to_array())
            end -= size
        size *= 4


def groups(
    window: Window, *, ascending: bool, first: int, largest: int
) -> Iterator[tuple[int, int]]:
    """First and last segment of what is read together, from one end of the window to the other.

    `first` is how many these are at first, `largest` at most after that.
    """
    low, high = segment_of(window.low), segment_of(window.high)
    size = first
    while low <= high:
        if ascending:
            yield low, min(high, low + size - 1)
            low += size
        else:
            yield max(low, high - size + 1), high
            high -= size
        size = min(size * GROWTH, largest)


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

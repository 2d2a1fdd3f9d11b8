"""How the rows of filters lie, remembered for a moment: dashboards ask the same again and again."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

GOOD_SECONDS = 10.0
MOST = 10_000
PLACE_BITS = 18
"""Pages that begin within so many positions of one another are taken to be alike."""


class Spread(NamedTuple):
    """How the rows of a filter lie, from the end where a page begins."""

    rows: int  # counted, as far as was counted
    first: int | None  # position of the first; None: there are none
    reach: int | None  # position as far as which all were counted; None: there are no more

    def rank(self, *, ascending: bool) -> tuple[bool, int]:
        """The filter with the least leads: it has few rows, or goes far with as many as others."""
        if self.reach is None:
            return False, self.rows
        return True, -self.reach if ascending else self.reach

    def gap(self) -> float:
        """Positions from one of its rows to the next, on average; 1 at least."""
        if self.first is None or self.reach is None:
            return 1
        return max(1, (abs(self.first - self.reach) + 1) / self.rows)

    def moved(self, by: int) -> Spread | None:
        """The same, so many positions further on; None if there may be more than the few here."""
        if by == 0:
            return self
        if self.first is None or self.reach is None:
            return None
        return Spread(self.rows, self.first + by, self.reach + by)


class Spreads:
    """Spreads by filter and place, good for some seconds; safe to share between threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[int, ...], int], tuple[float, int, Spread]] = {}

    def get(self, keys: tuple[int, ...], end: int) -> Spread | None:
        """How the rows of a filter lay a moment ago, down from a position, or from one near it."""
        kept = self._kept.get((keys, end >> PLACE_BITS))
        if kept is None or monotonic() >= kept[0]:
            return None
        _, other, spread = kept
        return spread.moved(end - other)

    def keep(self, keys: tuple[int, ...], end: int, spread: Spread) -> None:
        """Remember it from now on."""
        if len(self._kept) >= MOST:
            self._kept = {}
        self._kept[keys, end >> PLACE_BITS] = (monotonic() + GOOD_SECONDS, end, spread)

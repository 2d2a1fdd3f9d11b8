"""The statements that match some filters, in order: a walk along the index, or bitmaps."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from statements import tables
from statements.append import head
from statements.bitmaps import Window, common
from statements.page_queries import RECORD, Record, Shape, page_query, reach_query

if TYPE_CHECKING:
    from statements.database import Connection, Row
    from statements.filters import Wanted

COUNTED = 100
"""So many rows of each filter show how far apart they lie."""
WALKED = 1_000
"""So many rows of the leading filter are looked up in the others one by one: a few milliseconds."""


class Spread(NamedTuple):
    """How the rows of a filter lie, from the end where the page begins."""

    wanted: Wanted
    rows: int  # counted, as far as was counted
    reach: int | None  # position as far as which all were counted; None: there are no more

    def rank(self, *, ascending: bool) -> tuple[bool, int]:
        """The filter with the least leads: it has few rows, or goes far with as many as others."""
        if self.reach is None:
            return False, self.rows
        return True, -self.reach if ascending else self.reach


class Inquiry(NamedTuple):
    """A question to the index."""

    connection: Connection
    wanted: list[Wanted]
    ascending: bool
    with_voided: bool
    most: int  # records

    def answer(self, low: int | None, high: int | None) -> list[Record]:
        """The first records between two positions that match."""
        if len(self.wanted) < 2:  # noqa: PLR2004  # nothing to intersect
            return self._walk(self.wanted, low, high)
        window = self._concrete(low, high)
        spreads = self._spreads(self.wanted, window, COUNTED)
        spreads.sort(key=lambda spread: spread.rank(ascending=self.ascending))
        lead, wanted = spreads[0], [each.wanted for each in spreads]
        if lead.reach is not None:
            (lead,) = self._spreads([lead.wanted], window, WALKED)
        near, far = self._divide(window, lead.reach)
        found = self._walk(wanted, *near)
        if far is None or len(found) == self.most:
            return found
        self.connection.take_time()
        return found + self._replace(most=self.most - len(found)).beyond(wanted, far)

    def beyond(self, wanted: list[Wanted], window: Window) -> list[Record]:
        """The first records of a window however long it is: by bitmaps, and by inherited rows."""
        found = self._own(wanted, window)
        led = sorted(wanted, key=lambda each: each.own)
        if not led[0].own:
            found += self._walk(led, *window, inherited=True)
        by_position = {record.position: record for record in found}
        order = sorted(by_position, reverse=not self.ascending)
        return [by_position[position] for position in order[: self.most]]

    def _walk(
        self, wanted: list[Wanted], low: int | None, high: int | None, *, inherited: bool = False
    ) -> list[Record]:
        """Go through the rows of the first filter; all of them if there is nothing to find."""
        sizes = tuple((len(each.keys), each.own) for each in wanted)
        shape = Shape(
            lead=sizes[0] if sizes else None,
            others=sizes[1:],
            ascending=self.ascending,
            low=low is not None,
            high=high is not None,
            voided=self.with_voided,
            inherited=inherited,
        )
        keys = {
            f"k{i}_{j}": key for i, each in enumerate(wanted) for j, key in enumerate(each.keys)
        }
        rows = self.connection.rows(page_query(shape), low=low, high=high, rows=self.most, **keys)
        return [Record(*row) for row in rows]

    def _own(self, wanted: list[Wanted], window: Window) -> list[Record]:
        """Records of the statements that match by themselves, found by bitmaps."""
        keys = [each.keys for each in wanted]
        positions = common(self.connection, keys, window, ascending=self.ascending)
        found: list[Record] = []
        while len(found) < self.most and (several := list(islice(positions, self.most))):
            found += self._visible(several)
        return found[: self.most]

    def _visible(self, positions: list[int]) -> list[Record]:
        """Records at some positions, in the same order."""
        if not self.with_voided:
            column = tables.voided.c.position
            voided = {position for (position,) in self.connection.find(column, positions, column)}
            positions = [each for each in positions if each not in voided]
        rows = self.connection.find(tables.statement.c.position, positions, *RECORD)
        return sorted((Record(*row) for row in rows), reverse=not self.ascending)

    def _spreads(self, wanted: list[Wanted], window: Window, most: int) -> list[Spread]:
        keys = [key for each in wanted for key in each.keys]
        query = reach_query(len(keys), ascending=self.ascending)
        named = {f"k0_{i}": key for i, key in enumerate(keys)}
        low, high = window
        rows = self.connection.rows(query, low=low, high=high, most=most, **named)
        counted = iter(sorted(rows))
        return [self._spread(each, list(islice(counted, len(each.keys))), most) for each in wanted]

    def _spread(self, wanted: Wanted, counted: list[Row], most: int) -> Spread:
        reached = [reach for _, rows, reach in counted if rows == most]
        nearest = min if self.ascending else max
        rows = sum(rows for _, rows, _ in counted)
        return Spread(wanted, rows, nearest(reached) if reached else None)

    def _concrete(self, low: int | None, high: int | None) -> Window:
        if high is None:
            high = head(self.connection).position
        return Window(low or 0, high)

    def _divide(self, window: Window, reach: int | None) -> tuple[Window, Window | None]:
        """What lies before and up to `reach`, and what lies beyond."""
        if reach is None:
            return window, None
        low, high = window
        if self.ascending:
            return Window(low, reach), Window(reach + 1, high)
        return Window(reach, high), Window(low, reach - 1)

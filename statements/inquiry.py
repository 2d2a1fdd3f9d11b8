"""The statements that match some filters, in order: a walk along the index, or bitmaps."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import literal_column

from statements import tables
from statements.append import head
from statements.bitmaps import Bitmaps
from statements.page_queries import (
    RECORD,
    Record,
    Shape,
    page_query,
    records_of,
    rows_query,
    spread_query,
)
from statements.segments import Window, segment_bytes, segment_of
from statements.spreads import Spread
from statements.tails import MOST_ROWS, Inherited, read_ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from statements.connection import Connection
    from statements.filters import Wanted
    from statements.terms import Dictionary

COUNTED = 100
"""So many rows of each filter show how far apart they lie."""
FEW = 16
"""So many rows are looked up in the index of the others, in whatever way the others lie."""
SIFTED = 1_000
"""So many rows of the leading filter are looked up in the others: a few milliseconds."""
DENSE = 512
"""Filters with a row in so many positions, on average, have bitmaps (`sealing.LEAST_ROWS`)."""
APART = 4_096
"""Rows that lie so far apart are sooner looked up in the index than in a bitmap for each few."""
FREQUENT = 64
"""Unless these are remembered: of filters with a row in so many positions there are few."""
FREQUENT_KEYS = 16
"""So many of their keys have to have room there."""
SPARE = 1.25
"""More rows than a page needs by the numbers, since they lie by chance."""


class Plan(NamedTuple):
    """How to go about a query with several filters."""

    wanted: list[Wanted]  # in the order in which they are looked at
    lead: Spread  # of the first of them
    needed: int  # so many of its rows probably fill the page
    walked: bool  # its rows are looked up in the index of the others, however many


_END = 2**62  # behind every position
# A value and no condition: PostgreSQL looks up each, whatever it thinks of the numbers of rows.
_VOIDED: ColumnElement[Any] = literal_column(
    "(SELECT voided.shard FROM voided WHERE voided.position = statement.position LIMIT 1)"
)


class Inquiry(NamedTuple):
    """A question to the index."""

    connection: Connection
    dictionary: Dictionary
    wanted: list[Wanted]
    ascending: bool
    with_voided: bool
    most: int  # records

    def answer(self, low: int | None, high: int | None) -> list[Record]:
        """The first records between two positions that match."""
        if len(self.wanted) < 2:  # noqa: PLR2004  # nothing to intersect
            return self._walk(self.wanted, low, high)
        window = Window(low or 0, _END if high is None else high)
        spreads = self._spreads(window)
        rank = {each: spread.rank(ascending=self.ascending) for each, spread in spreads.items()}
        wanted = sorted(spreads, key=lambda each: rank[each])
        lead = spreads[wanted[0]]
        plan = self._plan(wanted, lead, [spreads[each] for each in wanted[1:]])
        found = None
        if lead.reach is not None and lead.gap() <= DENSE and not self.ascending:
            found = self._masked(plan, window)
        return self._nearest(plan, window) if found is None else found

    def _plan(self, wanted: list[Wanted], lead: Spread, others: list[Spread]) -> Plan:
        frequent = all(each.reach is not None and each.gap() <= FREQUENT for each in others)
        masks = self.dictionary.masks
        remembered = frequent and masks.can_hold(FREQUENT_KEYS, segment_bytes())
        walked = (lead.reach is None or lead.gap() >= APART) and not remembered
        return Plan(wanted, lead, self._needed(others), walked)

    def _nearest(self, plan: Plan, window: Window) -> list[Record]:
        """The first records, by rows of the first filter, as far as these go."""
        if plan.lead.reach is None:
            if plan.walked or plan.lead.rows <= FEW:
                return self._walk(plan.wanted, *window)
            return self.sifted(plan.wanted, window, SIFTED)
        if plan.needed > COUNTED:
            return self.further(plan, window, min(plan.needed, SIFTED))
        near, far = self._divide(window, plan.lead.reach)
        found = self._walk(plan.wanted, *near)
        if len(found) == self.most:
            return found
        return found + self._replace(most=self.most - len(found)).further(plan, far, SIFTED)

    def further(self, plan: Plan, window: Window, rows: int) -> list[Record]:
        """The same by more rows, and then by bitmaps."""
        wanted = plan.wanted
        if not plan.walked:
            return self.sifted(wanted, window, rows)
        reach = self._look(wanted[:1], window, SIFTED)[wanted[0]].reach
        if reach is None:
            return self._walk(wanted, *window)
        near, far = self._divide(window, reach)
        found = self._walk(wanted, *near)
        if len(found) == self.most:
            return found
        self.connection.take_time()
        return found + self._replace(most=self.most - len(found)).beyond(wanted, far)

    def _masked(self, plan: Plan, window: Window) -> list[Record] | None:
        """The last records, by bitmaps and what is remembered of the end of the log.

        None if some filter is met by reference, or too much of the log has no bitmaps.
        """
        bitmaps = self._bitmaps()
        end = bitmaps.end()
        if (plan.lead.first or 0) >= end + MOST_ROWS:
            return None
        keys = [each.keys for each in plan.wanted]
        # What matches by a reference has inherited rows of each filter that it may match by one, so
        # those of one such filter tell.
        referring = next((each for each in plan.wanted if not each.own), plan.wanted[0])
        ending = read_ending(
            self.connection,
            self.dictionary.tails,
            end,
            list(chain.from_iterable(keys)) if window.high >= end else [],
            Inherited(referring.keys, window),
        )
        if ending is None:
            return None
        known = Window(window.low, min(window.high, ending.head))
        filled = known.high - int(plan.needed * plan.lead.gap())  # so far the page probably goes
        group = segment_of(known.high) - segment_of(filled) + 1
        bitmaps = bitmaps._replace(ending=ending.masks)
        return self._visible(bitmaps.common(keys, known, ascending=False, first_group=group))

    def _bitmaps(self) -> Bitmaps:
        return Bitmaps(self.connection, self.dictionary.masks)

    def sifted(self, wanted: list[Wanted], window: Window, rows: int) -> list[Record]:
        """The first records of a window: some rows of the first filter, then by bitmaps."""
        lead, *others = wanted
        query = rows_query(len(lead.keys), ascending=self.ascending)
        named = _named([lead])
        low, high = window
        numbers = self.connection.numbers(query, low=low, high=high, most=rows, **named)
        numbers = sorted(numbers, reverse=not self.ascending)[:rows]
        near, far = window, None
        if len(numbers) == rows:
            # Before the position of the last of so many, no row of any key was left out.
            last = numbers[-1] >> 1
            near, far = self._divide(window, last - 1 if self.ascending else last + 1)
            while numbers and numbers[-1] >> 1 == last:
                numbers.pop()
        own = [number >> 1 for number in numbers if not number & 1]
        keys = [each.keys for each in others]
        found = self._visible(self._bitmaps().among(keys, own))
        if lead.own or len(own) < len(numbers):
            found = self._with_inherited(found, wanted, near)
        if far is None or len(found) == self.most:
            return found
        self.connection.take_time()
        return found + self._replace(most=self.most - len(found)).beyond(wanted, far)

    def beyond(self, wanted: list[Wanted], window: Window) -> list[Record]:
        """The first records of a window however long it is: by bitmaps, and by inherited rows."""
        low, high = window
        if high == _END:
            window = Window(low, head(self.connection).position)
        keys = [each.keys for each in wanted]
        positions = self._bitmaps().common(keys, window, ascending=self.ascending)
        return self._with_inherited(self._visible(positions), wanted, window)

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
        named = _named(wanted)
        rows = self.connection.rows(page_query(shape), low=low, high=high, rows=self.most, **named)
        return records_of(rows)

    def _with_inherited(
        self, found: list[Record], wanted: list[Wanted], window: Window
    ) -> list[Record]:
        """Records of a window, with those that match by a statement that they refer to."""
        led = sorted(wanted, key=lambda each: each.own)
        if not led[0].own:
            found = found + self._walk(led, *window, inherited=True)
        by_position = {record.position: record for record in found}
        order = sorted(by_position, reverse=not self.ascending)
        return [by_position[position] for position in order[: self.most]]

    def _visible(self, positions: Iterator[int]) -> list[Record]:
        """The first records at some positions that are in order."""
        found: list[Record] = []
        column = tables.statement.c.position
        while len(found) < self.most and (several := list(islice(positions, self.most))):
            rows = self.connection.find(column, several, *RECORD, _VOIDED)
            seen = (row[:-1] for row in rows if self.with_voided or row[-1] is None)
            found += sorted(records_of(seen), reverse=not self.ascending)
        return found[: self.most]

    def _spreads(self, window: Window) -> dict[Wanted, Spread]:
        """How the rows of each filter lie: it is for choosing a way, so what was so will do."""
        memory, (low, high) = self.dictionary.spreads, window
        if self.ascending or low > 0:
            return self._look(self.wanted, window, COUNTED)
        recent = {each: memory.get(each.keys, high) for each in self.wanted}
        asked = [each for each, known in recent.items() if known is None]
        found = self._look(asked, window, COUNTED) if asked else {}
        for each, spread in found.items():
            memory.keep(each.keys, high, spread)
        return {each: known or found[each] for each, known in recent.items()}

    def _look(self, asked: list[Wanted], window: Window, most: int) -> dict[Wanted, Spread]:
        """How the rows of some filters lie now, so many of each key counted."""
        keys = [key for each in asked for key in each.keys]
        query = spread_query(len(keys), ascending=self.ascending)
        named = {f"k0_{i}": key for i, key in enumerate(keys)}
        low, high = window
        rows = self.connection.rows(query, low=low, high=high, most=most, **named)
        counted = iter(sorted(rows))
        return {each: self._spread(islice(counted, len(each.keys)), most) for each in asked}

    def _spread(self, counted: Iterator[tuple[int, int, int, int]], most: int) -> Spread:
        ends = [(rows, first, last) for _, rows, first, last in counted if rows]
        reached = [last for rows, _, last in ends if rows == most]
        nearest = min if self.ascending else max
        return Spread(
            sum(rows for rows, _, _ in ends),
            nearest((first for _, first, _ in ends), default=None),
            nearest(reached) if reached else None,
        )

    def _needed(self, others: list[Spread]) -> int:
        """So many rows of the leading filter fill the page, if the filters are independent."""
        needed = self.most * SPARE
        for spread in others:
            needed *= spread.gap()
        return int(min(needed, SIFTED))

    def _divide(self, window: Window, reach: int) -> tuple[Window, Window]:
        """What lies before and up to `reach`, and what lies beyond."""
        low, high = window
        if self.ascending:
            return Window(low, reach), Window(reach + 1, high)
        return Window(reach, high), Window(low, reach - 1)


def _named(wanted: list[Wanted]) -> dict[str, int]:
    """Keys of some filters, by the names that the queries have for them."""
    return {f"k{i}_{j}": key for i, each in enumerate(wanted) for j, key in enumerate(each.keys)}

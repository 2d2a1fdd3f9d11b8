"""The statements that match some filters, in order: a walk along the index, or bitmaps."""

from __future__ import annotations

from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import literal_column

from statements import tables
from statements.bitmaps import Bitmaps
from statements.newest import Inherited, read_newest
from statements.page_queries import RECORD, Record, Shape, page_query, records_of
from statements.segments import Window, segment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement

    from statements.connection import Connection
    from statements.filters import Wanted
    from statements.newest import Newest
    from statements.terms import Dictionary

FEW = 16
"""So many rows are looked up in the index of the others sooner than anything is read of these."""
APART = 1 << 14
"""So are rows that lie so far apart, unless all bitmaps are remembered."""
GROUPED = 4_000
"""So many rows of the rarest filter are looked up in the others together, at most."""
SPARE = 1.25
"""More rows than a page needs by the numbers, since they lie by chance."""


class Plan(NamedTuple):
    """How to go about a query with several filters; the rarest of them leads."""

    newest: Newest
    wanted: Sequence[Wanted]  # the rarest first
    start: int  # from here on all rows of the leading filter are known
    rows: int  # of the leading filter that are known
    gap: float  # positions from one of its rows to the next, on average
    others: float  # rows of it to one that the other filters match, too, if they are independent


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
        plan = self._plan(self._newest(window))
        window = window.within(Window(0, plan.newest.head))
        if not self._is_walked(plan, window):
            return self.intersected(plan, window)
        near = Window(plan.start, window.high).within(window)
        found = self._walk(plan.wanted, *near)
        if len(found) == self.most or near.low == window.low:
            return found
        self.connection.take_time()
        far = Window(window.low, near.low - 1)
        return found + self._replace(most=self.most - len(found)).intersected(plan, far)

    def _newest(self, window: Window) -> Newest:
        """What is known of the keys of all filters, and whether any may be met by reference."""
        keys = [key for each in self.wanted for key in each.keys]
        # What matches by a reference has inherited rows of each filter that it may match by one, so
        # those of one such filter tell.
        referring = next((each.keys for each in self.wanted if not each.own), ())
        memory = self.dictionary.memory
        return read_newest(self.connection, memory, keys, Inherited(referring, window))

    def _plan(self, newest: Newest) -> Plan:
        gaps = {
            each: 1 / sum(1 / newest.known[key].gap() for key in each.keys) for each in self.wanted
        }
        wanted = sorted(gaps, key=lambda each: -gaps[each])
        lead, *others = (gaps[each] for each in wanted)
        known = [newest.known[key] for key in wanted[0].keys]
        start = max(each.start for each in known)
        rows = sum(len(each.positions) for each in known)
        return Plan(newest, wanted, start, rows, lead, prod(others))

    def _is_walked(self, plan: Plan, window: Window) -> bool:
        """Whether the known rows of the leading filter are looked up in the index of the others."""
        if window.high < plan.start or (self.ascending and window.low < plan.start):
            return False
        if plan.start == 0 and plan.rows <= FEW:
            return True
        return plan.gap >= APART and not self.dictionary.memory.can_hold(plan.newest.head)

    def intersected(self, plan: Plan, window: Window) -> list[Record]:
        """The first records of a window, by bitmaps, and by inherited rows if there are any."""
        rows = self.most * SPARE * plan.others
        bitmaps = Bitmaps(self.connection, self.dictionary.memory, plan.newest.known)
        positions = bitmaps.common(
            [each.keys for each in plan.wanted],
            window,
            ascending=self.ascending,
            first_group=segment_of(int(min(rows, GROUPED) * plan.gap)) + 1,
        )
        found = self._visible(positions)
        return (
            self._with_inherited(found, plan.wanted, window) if plan.newest.is_inherited else found
        )

    def _walk(
        self,
        wanted: Sequence[Wanted],
        low: int | None,
        high: int | None,
        *,
        inherited: bool = False,
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
        self, found: list[Record], wanted: Sequence[Wanted], window: Window
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


def _named(wanted: Sequence[Wanted]) -> dict[str, int]:
    """Keys of some filters, by the names that the queries have for them."""
    return {f"k{i}_{j}": key for i, each in enumerate(wanted) for j, key in enumerate(each.keys)}

"""Time that content itself measured: quizzes, videos, meetings, face-to-face sessions."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, product
from typing import TYPE_CHECKING

import msgspec
from typing_extensions import override

from projections.calendar import HOUR, day_of, periods_of
from projections.work import Projection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.translation.event import Measure
    from projections.work import Happening, Histories, Terms, Work
    from statements.connection import Row

Key = tuple[int, str, str]  # learner, kind, item

NIGHT = 4 * HOUR
"""A meeting place is used again and again: who was there is counted by the day, which ends then."""


class Item(msgspec.Struct, array_like=True):
    """What is known of one thing measured; all of it is independent of order and repetition."""

    course: tuple[int, int, int] = (0, 0, 0)  # when, position, number: of the first that says so
    told: tuple[int, int] = (0, 0)  # when, microseconds: the last word
    segments: list[tuple[int, int]] = []
    length: int = 0
    signals: list[tuple[int, str]] = []

    def note(self, happening: Happening, measure: Measure) -> None:
        """Take in what was measured."""
        first = (happening.at, happening.position, happening.course)
        self.course = min(self.course, first) if self.course[0] else first
        self.told = max(self.told, (happening.at, measure.microseconds))
        self.length = max(self.length, measure.length)
        if measure.segments:
            self.segments = union([*self.segments, *measure.segments])
        if measure.signal:
            self.signals = sorted({*self.signals, (happening.at, measure.signal)})

    @property
    def microseconds(self) -> int:
        """How long it took."""
        if self.signals:
            return attended(self.signals)
        if self.segments:
            return watched(self.segments, self.length)
        return self.told[1]


def union(segments: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Segments that together cover the same, in order and without overlap."""
    joined: list[tuple[int, int]] = []
    for begun, ended in sorted(segments):
        if joined and begun <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ended))
        else:
            joined.append((begun, ended))
    return joined


def watched(segments: Iterable[tuple[int, int]], length: int) -> int:
    """What disjoint segments cover, as far as the video goes (0: unknown)."""
    end = length or max((ended for _, ended in segments), default=0)
    return sum(max(0, min(ended, end) - max(begun, 0)) for begun, ended in segments)


def attended(signals: Sequence[tuple[int, str]]) -> int:
    """From each join to the leave that follows it; nothing where that is missing."""
    ordered = sorted(signals, key=lambda each: (each[0], each[1] == "join"))
    return sum(
        after - at
        for (at, what), (after, then) in pairwise(ordered)
        if (what, then) == ("join", "leave")
    )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Item).decode


class Measures(Projection):
    """Rows of `measured`, and the sums over them."""

    name = "measures"
    tables = ("measured", "measured_tally")

    @override
    def version(self, terms: Terms) -> str:
        return "2"

    @override
    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        noted = _by_item(happenings)
        stored = {row[:3]: row for row in work.connection.fetch(work.tables["measured"], [*noted])}
        items = {key: _decode(row[-1]) for key, row in stored.items()}
        _write(work, stored, _noted(items, noted))

    @override
    def refold(self, work: Work, histories: Histories) -> None:
        learners = [(learner,) for learner in histories]
        stored = {row[:3]: row for row in work.connection.fetch(work.tables["measured"], learners)}
        happenings = [each for several in histories.values() for each in several]
        _write(work, stored, _noted({}, _by_item(happenings)), whole=True)


def _by_item(happenings: Iterable[Happening]) -> dict[Key, list[tuple[Happening, Measure]]]:
    found: dict[Key, list[tuple[Happening, Measure]]] = defaultdict(list)
    for happening in happenings:
        measure = happening.details.measure
        if measure is not None:
            item = measure.item
            if measure.signal:
                item = f"{item} {day_of(happening.at - NIGHT)}"
            found[happening.learner, measure.kind, item].append((happening, measure))
    return found


def _noted(
    items: dict[Key, Item], noted: dict[Key, list[tuple[Happening, Measure]]]
) -> dict[Key, Item]:
    for key, several in noted.items():
        item = items.setdefault(key, Item())
        for happening, measure in several:
            item.note(happening, measure)
    return items


def _write(
    work: Work, stored: dict[Key, Row], items: dict[Key, Item], *, whole: bool = False
) -> None:
    """Replace rows; where `items` are all that there are, the others go."""
    new = {key: _row(key, item) for key, item in items.items()}
    changed = {key: row for key, row in new.items() if row != stored.get(key)}
    gone = [key for key in stored if key not in new] if whole else []
    sums: dict[Row, list[int]] = defaultdict(lambda: [0])
    for key in (*changed, *gone):
        for row, sign in ((stored.get(key), -1), (new.get(key), 1)):
            if row is not None:
                _count(work, sums, row, sign)
    for row in (*changed.values(), *(stored[key] for key in (*changed, *gone) if key in stored)):
        work.changed["measured"] |= {(row[0], row[3]), (row[0], 0)}
    work.connection.remove(work.tables["measured"], gone)
    work.connection.replace(work.tables["measured"], list(changed.values()))
    work.add_up("measured_tally", sums)


def _row(key: Key, item: Item) -> Row:
    at, _, course = item.course
    return (*key, course, at, item.microseconds, _encode(item))


def _count(work: Work, sums: dict[Row, list[int]], row: Row, sign: int) -> None:
    learner, course, at, microseconds = row[0], row[3], row[4], row[5]
    for period in periods_of(day_of(at)):
        for each, crowd in product({course, 0}, work.crowds(learner)):
            sums[each, period, crowd][0] += sign * microseconds

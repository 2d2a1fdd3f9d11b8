"""Connections by learner, on the whole platform (course 0) and in each course."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from projections.calendar import day_of, periods_of, split
from projections.models.connections.spans import ACT, LOGIN, LOGOUT, Span, Spans, fold
from projections.translation.event import Kind
from projections.work import Projection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.work import Happening, Histories, Terms, Work
    from statements.connection import Row

Key = tuple[int, int]  # learner, course
Point = tuple[int, int]  # when, and LOGIN, ACT or LOGOUT

_WHAT = {Kind.LOGGED_IN: LOGIN, Kind.LOGGED_OUT: LOGOUT}


class Connections(Projection):
    """Rows of `connection`, and the sums over them."""

    name = "connections"
    tables = ("connection", "connection_gone", "learner_period", "connection_tally")

    @override
    def version(self, terms: Terms) -> str:
        return f"2 gap {terms.gap}"

    @override
    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        points = _points(happenings)
        reach = {
            key: (min(many)[0] - work.terms.gap, max(many)[0] + work.terms.gap)
            for key, many in points
        }
        old: dict[Key, list[Row]] = defaultdict(list)
        spans = [(*key, *between) for key, between in reach.items()]
        for row in work.connection.fetch_between(work.tables["connection"], spans):
            old[row[:2]].append(row)
        changes = _Changes(work)
        for key, several in points:
            before = sorted(old[key])
            known = [Span(*row[2:5]) for row in before]
            adding = Spans(
                known.copy(),
                work.terms.gap,
                partial(work.before, key[0]),
                partial(work.after, key[0]),
            )
            for point in several:
                adding.add(*point)
            if adding.spans != known:
                changes.note(key, known, adding.spans)
        changes.write()

    @override
    def refold(self, work: Work, histories: Histories) -> None:
        old: dict[Key, list[Span]] = defaultdict(list)
        learners = [(learner,) for learner in histories]
        for row in work.connection.fetch(work.tables["connection"], learners):
            old[row[:2]].append(Span(*row[2:5]))
        new = dict(_points(each for several in histories.values() for each in several))
        changes = _Changes(work)
        for key in old.keys() | new.keys():
            changes.note(key, old[key], fold(new.get(key, ()), work.terms.gap))
        changes.write()


def _points(happenings: Iterable[Happening]) -> list[tuple[Key, set[Point]]]:
    points: dict[Key, set[Point]] = defaultdict(set)
    for learner, at, _, kind, own, _, course, _ in happenings:
        if own:
            points[learner, 0].add((at, _WHAT.get(kind, ACT)))  # type: ignore[call-overload]
            if course:
                points[learner, course].add((at, ACT))
    return list(points.items())


class _Changes:
    """Connections that come and go in a transaction, and what that does to the sums."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: list[Row] = []
        self._gone: list[Row] = []
        self._back: list[Row] = []
        self._periods: dict[Row, list[int]] = defaultdict(lambda: [0, 0])

    def note(self, key: Key, old: Sequence[Span], new: Sequence[Span]) -> None:
        """The spans that a key has instead of those that it had."""
        before, after = set(old), set(new)
        begins = {span.begun for span in new}
        for span in before - after:
            self._count(key, span, -1)
            if span.begun not in begins:
                self._gone.append((*key, span.begun))
        for span in after - before:
            self._count(key, span, +1)
            self._rows.append((*key, *span, self._work.change))
        self._back += [(*key, span.begun) for span in after - before]
        if before != after:
            self._work.changed["time"].add(key)

    def _count(self, key: Key, span: Span, sign: int) -> None:
        for period in periods_of(day_of(span.begun)):
            self._periods[(*key, period)][0] += sign
        for day, microseconds in split(span.begun, span.ended):
            for period in periods_of(day):
                self._periods[(*key, period)][1] += sign * microseconds

    def write(self) -> None:
        """Write the rows, and add up what they change."""
        connection, tables = self._work.connection, self._work.tables
        connection.remove(tables["connection_gone"], self._back)
        connection.remove(tables["connection"], self._gone)
        gone = [(*key, self._work.change) for key in self._gone]
        connection.replace(tables["connection_gone"], gone)
        connection.replace(tables["connection"], self._rows)
        self._write_sums()

    def _write_sums(self) -> None:
        work, real = self._work, {key: each for key, each in self._periods.items() if any(each)}
        table = work.tables["learner_period"]
        stored = {row[:3]: row[3:] for row in work.connection.fetch(table, list(real))}
        work.add_up("learner_period", real)
        tally: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0])
        for (learner, course, period), (connections, microseconds) in real.items():
            had = stored.get((learner, course, period), (0, 0))[0]
            for crowd in work.crowds(learner):
                cell = tally[course, period, crowd]
                cell[0] += connections
                cell[1] += (had + connections > 0) - (had > 0)
                cell[2] += microseconds
        work.add_up("connection_tally", tally)

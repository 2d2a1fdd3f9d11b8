"""Connections as records.md means them, folded while they happen.

A connection is a run of one learner's own acts with no gap over 30 minutes; a
login starts one, a logout ends one. It counts in the period (of Paris) in
which it starts, as does its learner; its time is split at midnight.
"""

from __future__ import annotations

from array import array
from datetime import date
from typing import TYPE_CHECKING

from lrs.simulation.paris import MINUTE, day_of, midnight_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GAP = 30 * MINUTE
_PAUSE = 2 * MINUTE

PERIODS: dict[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": lambda day: "{}-W{:02d}".format(*day.isocalendar()),
    "month": lambda day: day.isoformat()[:7],
}
"""How each period is named, from a day in it: `2026-02-14`, `2026-W07`, `2026-02`."""


class Totals:
    """Connections, distinct learners and time of each period of one kind."""

    def __init__(self, name: Callable[[date], str], learners: int) -> None:
        self._name = name
        self._latest = array("H", [0]) * learners
        self._number_of: dict[str, int] = {}
        self.connections: dict[str, int] = {}
        self.learners: dict[str, int] = {}
        self.milliseconds: dict[str, int] = {}

    def count(self, learner: int, day: date) -> None:
        """A connection of the learner starts on that day; days come in order for each learner."""
        period = self._name(day)
        number = self._number_of.setdefault(period, len(self._number_of) + 1)
        self.connections[period] = self.connections.get(period, 0) + 1
        if self._latest[learner] != number:
            self._latest[learner] = number
            self.learners[period] = self.learners.get(period, 0) + 1

    def spend(self, day: date, milliseconds: int) -> None:
        """Some of a connection's time falls on that day."""
        period = self._name(day)
        self.milliseconds[period] = self.milliseconds.get(period, 0) + milliseconds


class Connections:
    """The connections of all learners. Each learner's acts come in order of time."""

    def __init__(self, learners: int) -> None:
        self._start = array("Q", [0]) * learners
        self.latest = array("Q", [0]) * learners
        self.first = array("Q", [0]) * learners
        self.number = array("I", [0]) * learners
        self.milliseconds = array("Q", [0]) * learners
        self.totals = {kind: Totals(name, learners) for kind, name in PERIODS.items()}

    def busy(self, learner: int, at: int) -> bool:
        """Whether the learner is at the platform at that instant, or was just before."""
        return self.latest[learner] + _PAUSE > at

    def act(self, learner: int, at: int) -> None:
        """The learner did something."""
        if at - self.latest[learner] > GAP:
            self.close(learner)
        if not self._start[learner]:
            self._start[learner] = at
            self.first[learner] = self.first[learner] or at
        self.latest[learner] = at

    def login(self, learner: int, at: int) -> None:
        """The learner logged in."""
        self.close(learner)
        self.act(learner, at)

    def logout(self, learner: int, at: int) -> None:
        """The learner logged out."""
        self.act(learner, at)
        self.close(learner)

    def close(self, learner: int) -> None:
        """The learner's connection, if one is open, is over."""
        start, end = self._start[learner], self.latest[learner]
        if not start:
            return
        self._start[learner] = 0
        self.number[learner] += 1
        self.milliseconds[learner] += end - start
        parts = list(_by_day(start, end))
        for totals in self.totals.values():
            totals.count(learner, parts[0][0])
            for day, milliseconds in parts:
                totals.spend(day, milliseconds)

    def close_all(self) -> None:
        """The log ends here."""
        for learner in range(len(self._start)):
            self.close(learner)


def _by_day(start: int, end: int) -> Iterator[tuple[date, int]]:
    """The days in Paris from start to end, with the milliseconds spent on each."""
    while (midnight := midnight_after(start)) <= end:
        yield day_of(start), midnight - start
        start = midnight
    yield day_of(start), end - start

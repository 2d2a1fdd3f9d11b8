"""What the simulator knows of each learner and course: one row for each pair that met.

Columns of plain numbers, about 80 bytes a row: tens of thousands of learners
with dozens of courses fit in little memory. Instants are milliseconds since
1970, 0 meaning never; scores are tenths of a percent.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_SCORE = 65_535


class How(IntEnum):
    """How someone came to be enrolled."""

    MANUAL = 0
    SELF = 1
    IMPORT = 2
    IMPLICIT = 3


class Status(IntEnum):
    """Where an enrolment stands, completion aside."""

    ACTIVE = 0
    SUSPENDED = 1
    LEFT = 2


class Booking(IntEnum):
    """Where a face-to-face session stands."""

    NONE = 0
    BOOKED = 1
    ATTENDED = 2


class Ledger:
    """Rows of learner and course, reachable by learner."""

    def __init__(self, learners: int) -> None:
        self._latest = array("i", [-1]) * learners
        self._before = array("i")
        self.learner, self.course = array("I"), array("H")
        self.enrolled, self.enrolled_last = array("Q"), array("Q")
        self.how, self.status = array("B"), array("B")
        self.started, self.completed = array("Q"), array("Q")
        self.done = array("H")
        self.best, self.last, self.last_scored = array("H"), array("H"), array("Q")
        self.failed, self.booking = array("B"), array("B")
        self.launches, self.attempts = array("H"), array("H")
        self.unterminated = array("Q")

    def __len__(self) -> int:
        return len(self.learner)

    def of(self, learner: int) -> Iterator[int]:
        """The rows of a learner, latest first."""
        row = self._latest[learner]
        while row >= 0:
            yield row
            row = self._before[row]

    def find(self, learner: int, course: int) -> int | None:
        """The row of that learner and course."""
        return next((row for row in self.of(learner) if self.course[row] == course), None)

    def open(self, learner: int, course: int, how: How, at: int) -> int:
        """A new row: the learner is enrolled."""
        row = len(self)
        for column, value in (
            (self._before, self._latest[learner]), (self.learner, learner), (self.course, course),
            (self.enrolled, at), (self.enrolled_last, at), (self.how, how),
            (self.status, Status.ACTIVE), (self.started, 0), (self.completed, 0), (self.done, 0),
            (self.best, NO_SCORE), (self.last, NO_SCORE), (self.last_scored, 0),
            (self.failed, 0), (self.booking, Booking.NONE), (self.launches, 0),
            (self.attempts, 0), (self.unterminated, 0),
        ):  # fmt: skip
            column.append(value)
        self._latest[learner] = row
        return row

    def score(self, row: int, tenths_of_a_percent: int, at: int) -> None:
        """A score: the best so far, and the last by the time it belongs to."""
        if self.best[row] == NO_SCORE or tenths_of_a_percent > self.best[row]:
            self.best[row] = tenths_of_a_percent
        if at >= self.last_scored[row]:
            self.last[row], self.last_scored[row] = tenths_of_a_percent, at

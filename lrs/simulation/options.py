"""What may be chosen about a simulated year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

CITY_LEARNERS = 58_000
CITY_WEEKLY_LEARNERS = 600
"""Distinct learners of the whole City in an ordinary week, as the platform starts."""

_LARGEST_SHARE_A_WEEK = 0.5
"""Most people come rarely: more of them in one week would take absurdly many visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The whole input of a simulation: the same options give the same bytes.

    `start` and `end` are days in Paris, both included. `statements` stops the
    run after that many; where the period would hold fewer, people connect
    more often. `weekly_learners` is the number of distinct learners in an
    ordinary week (by default the City's share for that many learners, at most
    half of them).
    `moodle_ids` says whether statements of the Moodle plugin carry an `id`
    (the real plugin sends none). Raises ValueError for what cannot be.
    """

    seed: int = 1
    learners: int = CITY_LEARNERS
    courses: int = 200
    start: date = date(2026, 1, 1)
    end: date = date(2026, 12, 31)
    statements: int | None = None
    weekly_learners: float | None = None
    moodle_ids: bool = True

    def __post_init__(self) -> None:
        for name in ("learners", "courses"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.statements is not None and self.statements < 0:
            raise ValueError(f"statements must not be negative, not {self.statements}")
        if self.weekly_learners is not None and self.weekly_learners <= 0:
            raise ValueError(f"weekly_learners must be above 0, not {self.weekly_learners}")
        if self.end < self.start:
            raise ValueError(f"the end ({self.end}) is before the start ({self.start})")

    def days(self) -> list[date]:
        """Every day of the period, in order."""
        number = (self.end - self.start).days + 1
        return [self.start + timedelta(days=after) for after in range(number)]

    def ordinary_week(self) -> float:
        """The distinct learners wanted in a week without holidays."""
        share = self.learners * CITY_WEEKLY_LEARNERS / CITY_LEARNERS
        wanted = share if self.weekly_learners is None else self.weekly_learners
        return min(wanted, self.learners * _LARGEST_SHARE_A_WEEK)

"""The learners: tens of thousands, a few of them very active, most of them rarely seen."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.act import Identity
from lrs.simulation.chance import Chance, Weights
from lrs.simulation.names import EMPLOYERS, OCCUPATIONS
from schemas.identity import agent_ifi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lrs.simulation.options import Options

_ALREADY_THERE = 0.6
"""The share of learners who joined in the year before; the rest join evenly."""

_TAIL, _MOST_ACTIVE = 0.8, 1000.0
"""Exponent and cap of the Pareto law of activity, the least active learner being 1."""


class DirectoryRow(NamedTuple):
    """A line of the directory: one identifier of one person.

    `kind` is `learner`, `staff` or `service`: what the last two do counts in no figure.
    """

    learner: str
    identifier: str
    directorate: str
    employer: str
    occupation: str
    cohort: str
    kind: str = "learner"


class Learners:
    """All learners, by number, in the order in which they joined: about 20 bytes each."""

    def __init__(self, options: Options) -> None:
        chance = Chance(f"{options.seed}/learners")
        self._options, self._number = options, options.learners
        self.activity = array("f", (self._draw_activity(chance) for _ in range(self._number)))
        self._sums = array("d", accumulate(self.activity))
        self._posts = array("B", _draw(chance, _POST_WEIGHTS, self._number))
        self._occupations = array("B", _draw(chance, _OCCUPATION_WEIGHTS, self._number))
        self.ability = array("f", (chance.between(0.45, 0.98) for _ in range(self._number)))

    @staticmethod
    def _draw_activity(chance: Chance) -> float:
        return min(_MOST_ACTIVE, float((1 - chance.share()) ** -_TAIL))

    def identity(self, learner: int) -> Identity:
        """The names of a learner in each system."""
        return Identity.learner(self._options.seed, learner)

    def in_office(self, learner: int) -> bool:
        """Whether the learner works at a desk."""
        return OCCUPATIONS[self._occupations[learner]].in_office

    def joined_by(self, day: date) -> int:
        """How many learners (from number 0 on) there are on that day."""
        days = (self._options.end - self._options.start).days + 1
        share = _ALREADY_THERE + (1 - _ALREADY_THERE) * (
            ((day - self._options.start).days + 1) / days
        )
        return max(1, min(self._number, int(self._number * share)))

    def pick(self, chance: Chance, among: int) -> int:
        """One of the first `among` learners, the active ones more often."""
        point = chance.share() * self._sums[among - 1]
        return min(bisect_right(self._sums, point, 0, among), among - 1)

    def directory(self) -> Iterator[DirectoryRow]:
        """Every identifier of every learner: three systems, three rows."""
        for learner in range(self._number):
            identity = self.identity(learner)
            employer, directorate = _POSTS[self._posts[learner]]
            occupation = OCCUPATIONS[self._occupations[learner]].name
            for identifier in identifiers(identity):
                yield DirectoryRow(
                    identity.name, identifier, directorate, employer, occupation,
                    self._cohort(learner),
                )  # fmt: skip

    def _cohort(self, learner: int) -> str:
        """The month in which the learner joined, such as `2026-03`."""
        days = (self._options.end - self._options.start).days + 1
        share = learner / self._number
        if share < _ALREADY_THERE:
            after = -round(365 * (1 - share / _ALREADY_THERE))
        else:
            after = int(days * (share - _ALREADY_THERE) / (1 - _ALREADY_THERE))
        return (self._options.start + timedelta(days=after)).isoformat()[:7]


_POSTS = [
    (employer.name, directorate) for employer in EMPLOYERS for directorate in employer.directorates
]
_POST_WEIGHTS = Weights(
    [employer.share / len(employer.directorates) for employer in EMPLOYERS
     for _ in employer.directorates]
)  # fmt: skip
_OCCUPATION_WEIGHTS = Weights([occupation.share for occupation in OCCUPATIONS])


def _draw(chance: Chance, weights: Weights, number: int) -> Iterator[int]:
    return (weights.draw(chance) for _ in range(number))


def identifiers(identity: Identity) -> Iterator[str]:
    """One person's identifiers, as the log has them: one for each system."""
    for agent in (identity.moodle, identity.trax, identity.mooc):
        yield agent_ifi(json.loads(agent)) or ""


def weekly_visits(activity: Sequence[float], distinct: float) -> float:
    """How many visits a week bring so many distinct learners, given how active each is.

    Of N visits spread by activity, a learner with the share p is missed by all
    with probability exp(-N p). Solved by bisection on a sample of learners.
    """
    sample = activity[:: max(1, len(activity) // 2_000)]
    total, weight = sum(sample), len(activity) / len(sample)
    low, high = 0.0, 1_000.0 * max(1.0, distinct)
    for _ in range(60):
        visits = (low + high) / 2
        seen = sum(1 - exp(-visits * each / (total * weight)) for each in sample) * weight
        low, high = (visits, high) if seen < distinct else (low, visits)
    return low

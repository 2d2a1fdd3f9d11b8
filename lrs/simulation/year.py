"""The year itself: each day is planned in the morning, and things happen in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from lrs.simulation import staff
from lrs.simulation.delivery import Full
from lrs.simulation.learners import DirectoryRow, weekly_visits
from lrs.simulation.ledger import How
from lrs.simulation.options import Options
from lrs.simulation.paris import HOUR, instant
from lrs.simulation.seasons import busyness, holidays, moment, working_moment
from lrs.simulation.study import come
from lrs.simulation.truth import tell_truth
from lrs.simulation.world import IMPORTER, World

_STATEMENTS_A_VISIT = 12
"""Fewer than in fact, so that a period asked for so many statements holds them."""


def simulate(options: Options) -> Iterator[bytes]:
    """Statements as JSON, one by one, in the order in which they reach a store."""
    return Simulation(options).statements()


class Simulation:
    """One run: its statements first, then what was behind them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._world = World(options)
        self._weekly_visits = _weekly_visits(self._world)

    def statements(self) -> Iterator[bytes]:
        """Statements as JSON, in order of arrival. To be taken once, and to the end for the truth."""
        world, end = self._world, instant(self._options.end + timedelta(days=1))
        world.agenda.note(instant(self._options.start), self._plan, self._options.start)
        try:
            while world.agenda and world.agenda.earliest < end:
                at, task, arguments = world.agenda.next()
                yield from world.outbox.arrived(at)
                task(world, at, *arguments)
        except Full:
            pass
        yield from world.outbox.rest()

    def truth(self) -> Iterator[str]:
        """The ground truth, one JSON object a line, once the statements have been taken."""
        return tell_truth(self._world)

    def catalogue(self) -> dict[str, object]:
        """Courses, modules and badges."""
        return self._world.catalogue.described()

    def directory(self) -> Iterator[DirectoryRow]:
        """Who the learners are."""
        return self._world.learners.directory()

    def _plan(self, world: World, _at: int, day: date) -> None:
        """Note what will happen on that day, and that the next day is to be planned."""
        among = world.learners.joined_by(day)
        visits = world.chance.rounded(self._weekly_visits * busyness(day))
        for _ in range(visits):
            learner = world.learners.pick(world.chance, among)
            in_office = world.learners.in_office(learner)
            world.agenda.note(moment(world.chance, day, in_office=in_office), come, learner, among)
        _plan_staff(world, day, visits, among)
        tomorrow = day + timedelta(days=1)
        world.agenda.note(instant(tomorrow), self._plan, tomorrow)

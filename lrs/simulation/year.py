"""The year itself: each day is planned in the morning, and things happen in order of time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.delivery import Full
from lrs.simulation.learners import DirectoryRow, weekly_visits
from lrs.simulation.ledger import How
from lrs.simulation.paris import SECOND, instant
from lrs.simulation.seasons import busyness, moment, working_day, working_moment
from lrs.simulation.study import come
from lrs.simulation.truth import tell_truth
from lrs.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.simulation.options import Options

_IMPORT_DAY = 5
"""The day of the month on which the human resources system sends enrolments."""

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
        """Statements as JSON, in order of arrival. Take them once, all if you want the truth."""
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
        """Who the learners are, and who is none."""
        return self._world.directory()

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


def _plan_staff(world: World, day: date, visits: int, among: int) -> None:
    """What managers and the administrator do on a working day, and the monthly import."""
    if working_day(day) != day:
        return
    for task, share, arguments in (
        (staff.enrol, 0.25, (How.MANUAL, among)),
        (staff.suspend, 0.03, ()),
        (staff.unenrol, 0.02, ()),
        (staff.waive, 0.05, ()),
        (staff.look_as_learner, 0.01, (among,)),
    ):
        for _ in range(world.chance.rounded(visits * share)):
            world.agenda.note(working_moment(world.chance, day), task, *arguments)
    if day == working_day(day.replace(day=_IMPORT_DAY)):
        for number in range(visits):
            at = instant(day, 6) + number * 2 * SECOND
            world.agenda.note(at, staff.enrol, How.IMPORT, among)


def _weekly_visits(world: World) -> float:
    """Visits in an ordinary week: as many as the options want of learners and of statements."""
    options = world.options
    half_way = options.start + (options.end - options.start) / 2
    present = world.learners.joined_by(half_way)
    visits = weekly_visits(world.learners.activity[:present], options.ordinary_week())
    if options.statements is None:
        return visits
    weeks = sum(busyness(day) for day in options.days())
    return max(visits, options.statements / (_STATEMENTS_A_VISIT * weeks))

"""A visit from login to leaving: which course, which modules, how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.activities import PLAY
from lrs.simulation.choice import next_module, open_rows, unknown_course
from lrs.simulation.dialects import mooc, moodle
from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.ledger import How, Status
from lrs.simulation.mishaps import make_mistake, send_odd_timestamp
from lrs.simulation.paris import MINUTE
from lrs.simulation.visit import PLATFORMS, Visit

if TYPE_CHECKING:
    from lrs.simulation.courses import Course
    from lrs.simulation.world import World

_LOGS_IN, _LOGS_OUT = 0.93, 0.12
_OFFICE_MINUTES, _BREAK_MINUTES = (8, 50), (3, 18)
_GOES_ON, _SECOND_COURSE = 0.8, 0.3
_ENROLS = 0.7
_MODULES_AT_A_TIME = 5
_UNTICKS, _GIVES_UP = 0.06, 0.012
_MAKES_MISTAKE, _ODD_CLOCK = 0.01, 0.004


def come(world: World, at: int, learner: int, among: int) -> None:
    """A learner opens the platform (a task of the agenda); if busy, one of the others does."""
    for _ in range(3):
        if not world.connections.busy(learner, at):
            _stay(Visit(world, learner, at))
            return
        learner = world.chance.whole(0, among - 1)


def _stay(visit: Visit) -> None:
    world = visit.world
    course = _choose(visit)
    source = course.source if course else "moodle"
    if world.chance.happens(_LOGS_IN):
        visit.log_in(source)
    in_office = world.learners.in_office(visit.learner)
    minutes = world.chance.between(*(_OFFICE_MINUTES if in_office else _BREAK_MINUTES))
    leaves = visit.now + int(minutes * MINUTE)
    while course is not None:
        _study(visit, course, leaves)
        goes_on = visit.now < leaves and world.chance.happens(_SECOND_COURSE)
        course = _choose(visit) if goes_on else None
    if world.chance.happens(_LOGS_OUT):
        visit.log_out(source)


def _choose(visit: Visit) -> Course | None:
    """A course to go on with, a new one, an old one to look at again; or there is none."""
    world, courses = visit.world, visit.world.catalogue.courses
    rows = open_rows(visit)
    fresh = None if rows and world.chance.happens(_GOES_ON) else unknown_course(visit)
    if fresh is not None:
        return fresh
    known = rows or [
        row for row in world.ledger.of(visit.learner) if world.ledger.status[row] == Status.ACTIVE
    ]
    return courses[world.ledger.course[world.chance.pick(known)]] if known else None


def _study(visit: Visit, course: Course, leaves: int) -> None:
    """Enter the course and do some of its modules, until it is time to leave."""
    _enter(visit, course)
    if course.source in PLATFORMS:
        visit.tell(PLATFORMS[course.source].course_viewed(visit.act(2, 15), course))
        if _think_again(visit):
            return
    for _ in range(_MODULES_AT_A_TIME):
        module = next_module(visit)
        if module is None or visit.now >= leaves:
            return
        PLAY[module.kind](visit, module)
        visit.wait(3, 40)


def _enter(visit: Visit, course: Course) -> None:
    """Find the learner's row of the course, or begin one: enrolled by oneself, or just there."""
    visit.row = -1
    row = visit.world.ledger.find(visit.learner, course.number)
    visit.row = _enrol(visit, course) if row is None else row


def _enrol(visit: Visit, course: Course) -> int:
    ledger = visit.world.ledger
    if course.source == "mooc":
        visit.tell(mooc.registered(visit.signal(5, 60), course), visit.player)
    elif course.source == "moodle" and visit.world.chance.happens(_ENROLS):
        act = visit.act(5, 60)
        visit.tell(moodle.enrolment(act, events.ENROLLED, course, "self", visit.who))
    else:
        return ledger.open(visit.learner, course.number, How.IMPLICIT, 0)
    return ledger.open(visit.learner, course.number, How.SELF, visit.now)


def _think_again(visit: Visit) -> bool:
    """What happens now and then on a course page. Returns whether the learner left the course."""
    chance = visit.world.chance
    if chance.happens(_MAKES_MISTAKE):
        make_mistake(visit)
    if chance.happens(_ODD_CLOCK):
        send_odd_timestamp(visit)
    if chance.happens(_UNTICKS):
        _untick(visit)
    return chance.happens(_GIVES_UP) and _give_up(visit)


def _untick(visit: Visit) -> None:
    """Take the tick of a page back, as long as the course is not complete."""
    ledger, row = visit.world.ledger, visit.row
    ticked = [
        module for module in visit.course.modules
        if module.kind == "page" and ledger.done[row] & module.bit
    ]  # fmt: skip
    if visit.course.source == "moodle" and ticked and not ledger.completed[row]:
        visit.tell(moodle.module_uncompleted(visit.act(2, 20), ticked[0]))
        ledger.done[row] &= ~ticked[0].bit


def _give_up(visit: Visit) -> bool:
    """Leave a course of Moodle that one had taken oneself."""
    ledger, row = visit.world.ledger, visit.row
    if visit.course.source != "moodle" or ledger.how[row] != How.SELF or ledger.completed[row]:
        return False
    act = visit.act(5, 30)
    visit.tell(moodle.enrolment(act, events.LEFT, visit.course, "self", visit.who))
    ledger.status[row] = Status.LEFT
    return True

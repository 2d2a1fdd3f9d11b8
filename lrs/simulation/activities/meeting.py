"""Virtual classes: BigBlueButton in Moodle, and the classroom of the public platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete, finish
from lrs.simulation.dialects import mooc, moodle
from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.paris import MINUTE

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_LEAVE_MISSING = 0.15
_ENDED_BY_TRAINER = 0.4


def play(visit: Visit, module: Module) -> None:
    """Join a meeting and stay; that someone left is not always told."""
    visit.look_at(module)
    visit.tell(moodle.module_event(visit.act(2, 20), events.JOINED, module))
    joined = visit.now
    act = visit.act(0.4 * 60 * module.minutes, 60 * module.minutes)
    if not visit.world.chance.happens(_LEAVE_MISSING):
        visit.tell(moodle.module_event(act, events.LEFT_MEETING, module))
        visit.measure("meeting", visit.now - joined)
    if visit.world.chance.happens(_ENDED_BY_TRAINER):
        visit.world.agenda.note(visit.now + 2 * MINUTE, staff.end_meeting, module)
    complete(visit, module)


def attend_class(visit: Visit, module: Module) -> None:
    """The same on the public platform, where leaving is what completes it here."""
    visit.tell(mooc.joined(visit.signal(2, 20), module), visit.player)
    joined = visit.now
    act = visit.signal(0.4 * 60 * module.minutes, 60 * module.minutes)
    visit.tell(mooc.left(act, module), visit.player)
    visit.measure("meeting", visit.now - joined)
    finish(visit, module)

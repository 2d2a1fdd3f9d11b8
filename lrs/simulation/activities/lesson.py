"""A lesson with an open question at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle_work
from lrs.simulation.paris import DAY

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_LEFT_EMPTY = 0.1


def play(visit: Visit, module: Module) -> None:
    """Read, answer the question; a trainer assesses it later."""
    visit.look_at(module)
    visit.tell(moodle_work.lesson_started(visit.act(1, 5), module))
    act = visit.act(60, 60 * module.minutes)
    left_empty = visit.world.chance.happens(_LEFT_EMPTY)
    visit.tell(moodle_work.essay_answered(act, module, left_empty=left_empty))
    later = visit.now + visit.world.chance.whole(1, 9) * DAY
    visit.world.agenda.note(later, staff.assess_essay, visit.learner, module)
    complete(visit, module)

"""A lesson with an open question at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle
from lrs.simulation.paris import DAY

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit


def play(visit: Visit, module: Module) -> None:
    """Read, answer the question; a trainer assesses it later."""
    visit.look_at(module)
    visit.tell(moodle.lesson_started(visit.act(1, 5), module))
    visit.tell(moodle.essay_answered(visit.act(60, 60 * module.minutes), module))
    later = visit.now + visit.world.chance.whole(1, 9) * DAY
    visit.world.agenda.note(later, staff.assess_essay, visit.learner, module)
    complete(visit, module)

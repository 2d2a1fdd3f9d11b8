"""Handing in an assignment, which someone marks days later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle_work
from lrs.simulation.paris import DAY

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit


def play(visit: Visit, module: Module) -> None:
    """Write and submit; submitting completes the module, the mark comes later."""
    visit.look_at(module)
    if visit.course.source == "moodle":
        act = visit.act(60, 30 * module.minutes)
        visit.tell(moodle_work.handed_in(act, module))
        submission = act.id if act.number else ""
        later = visit.now + visit.world.chance.whole(2, 10) * DAY
        visit.world.agenda.note(later, staff.mark_assignment, visit.row, module, submission)
    else:
        visit.wait(60, 30 * module.minutes)
    complete(visit, module)

"""SCORM content in Moodle: a launch, then status and score as separate events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle, trax
from lrs.simulation.dialects import moodle_events as events

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit


def play(visit: Visit, module: Module) -> None:
    """Open the content and go through it."""
    visit.look_at(module)
    percent, passed = visit.percent(), True
    status = "completed"
    if module.pass_mark is not None:
        passed = percent >= module.pass_mark
        status = "passed" if passed else "failed"
    if visit.course.source == "moodle":
        visit.tell(moodle.sco(visit.act(2, 10), events.LAUNCHED, module))
        visit.wait(60, 60 * module.minutes)
        visit.tell(moodle.sco(visit.act(1, 2), events.STATUS[status], module))
        visit.tell(moodle.sco(visit.act(1, 2), events.SCORE[status], module, percent))
    else:
        act = visit.act(60, 60 * module.minutes)
        visit.tell(trax.module_graded(act, module, percent, 100))
    visit.score(percent * 10)
    if passed:
        complete(visit, module, passed=module.pass_mark is not None)

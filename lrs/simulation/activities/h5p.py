"""H5P content: it reports its answers itself, or through TRAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import complete
from lrs.simulation.dialects import h5p, trax

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_QUESTIONS = 4


def play(visit: Visit, module: Module) -> None:
    """Answer the questions of the content."""
    visit.look_at(module)
    right = (
        _answer_in_trax(visit, module) if visit.course.source == "trax" else _answer(visit, module)
    )
    visit.score(right * 1000 // _QUESTIONS)
    if module.pass_mark is None or right * 100 >= module.pass_mark * _QUESTIONS:
        complete(visit, module, passed=module.pass_mark is not None)


def _answer(visit: Visit, module: Module) -> int:
    """Returns how many answers were right."""
    visit.tell(h5p.attempted(visit.signal(1, 5), module), visit.player)
    begun, right = visit.now, 0
    for number in range(1, _QUESTIONS + 1):
        before, success = visit.now, visit.succeeds()
        act = visit.signal(4, 15 * module.minutes)
        text = h5p.answered(act, module, number, visit.now - before, right=success)
        visit.tell(text, visit.player)
        right += success
    act = visit.signal(0.1, 1)
    text = h5p.completed(act, module, right, _QUESTIONS, visit.now - begun)
    visit.tell(text, visit.player)
    return right


def _answer_in_trax(visit: Visit, module: Module) -> int:
    right = 0
    for number in range(1, _QUESTIONS + 1):
        before, success = visit.now, visit.succeeds()
        act = visit.act(4, 15 * module.minutes)
        taken = visit.now - before
        visit.tell(trax.question_answered(act, module, number, taken, right=success))
        right += success
    visit.tell(trax.module_graded(visit.act(0, 2), module, right, _QUESTIONS))
    return right

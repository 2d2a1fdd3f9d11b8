"""Taking a quiz of Moodle: told in detail by logstore_xapi, as a mark by TRAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle_work, trax
from lrs.simulation.dialects.moodle_work import MAXIMUM, Attempt
from lrs.simulation.paris import DAY

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_GIVEN_UP = 0.05


def play(visit: Visit, module: Module) -> None:
    """Open the quiz and answer it, as often as courage lasts."""
    visit.look_at(module)
    if visit.course.source == "trax":
        _take_in_trax(visit, module)
    else:
        _take(visit, module)


def _take_in_trax(visit: Visit, module: Module) -> None:
    act = visit.act(60, 60 * module.minutes)
    raw = round(visit.percent() / 5)
    visit.tell(trax.module_graded(act, module, raw, MAXIMUM))
    visit.score(int(raw * 1000 / MAXIMUM))
    _finish(visit, module, raw)


def _take(visit: Visit, module: Module) -> None:
    world, row = visit.world, visit.row
    world.ledger.attempts[row] += 1
    attempt = Attempt(world.next_attempt(), world.ledger.attempts[row], module)
    visit.tell(moodle_work.attempt_started(visit.act(2, 20), attempt))
    begun, given_up = visit.now, world.chance.happens(_GIVEN_UP)
    answers = [not question.open and visit.succeeds() for question in module.questions]
    act = visit.act(60, 60 * module.minutes)
    raw = MAXIMUM * sum(answers) / len(answers)
    taken = visit.now - begun
    visit.tell(moodle_work.attempt_ended(act, attempt, raw, taken, given_up=given_up))
    visit.measure("quiz", taken)
    visit.score(int(raw * 1000 / MAXIMUM))
    _tell_answers(visit, attempt, answers)
    if not given_up:
        _finish(visit, module, raw)


def _tell_answers(visit: Visit, attempt: Attempt, answers: list[bool]) -> None:
    """Each answer, at the instant of the attempt's end; an open one waits for its marker."""
    for slot, (question, right) in enumerate(
        zip(attempt.module.questions, answers, strict=True), 1
    ):
        written = question.open and visit.succeeds()
        text = moodle_work.question_answered(
            visit.again(), attempt, question, right=right or written
        )
        visit.tell(text)
        if written:
            later = visit.now + visit.world.chance.whole(1, 7) * DAY
            visit.world.agenda.note(later, staff.mark_question, visit.learner, attempt, slot)


def _finish(visit: Visit, module: Module, raw: float) -> None:
    mark = module.pass_mark
    if mark is None or raw * 100 >= mark * MAXIMUM:
        complete(visit, module, passed=mark is not None)

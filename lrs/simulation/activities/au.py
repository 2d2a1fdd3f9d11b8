"""An assignable unit of a cmi5 course, launched by the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import finish
from lrs.simulation.dialects import cmi5
from lrs.simulation.paris import SECOND

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.dialects.cmi5 import Launch
    from lrs.simulation.visit import Visit

_NOT_TERMINATED = 0.12
_LEFT_EARLY = 0.15


def play(visit: Visit, module: Module) -> None:
    """Launch, learn, terminate; a launch that never terminated is abandoned by the next one."""
    ledger, row = visit.world.ledger, visit.row
    _abandon(visit)
    done_before = bool(ledger.done[row] & module.bit)
    ledger.launches[row] += 1
    launch = visit.world.launch(row, "Review" if done_before else "Normal")
    visit.tell(cmi5.launched(visit.signal(1, 6), module, launch), visit.player)
    visit.tell(cmi5.initialized(visit.signal(1, 4), module, launch), visit.player)
    begun = visit.now
    visit.wait(30, 60 * module.minutes)
    if not done_before and not visit.world.chance.happens(_LEFT_EARLY):
        _learn(visit, module, launch, begun)
    _end(visit, module, launch, begun)


def _abandon(visit: Visit) -> None:
    """Close the session that was left open, under its own session id."""
    ledger, row = visit.world.ledger, visit.row
    length, number = divmod(ledger.unterminated[row], 16)
    if not ledger.unterminated[row]:
        return
    module = visit.course.modules[number]
    text = cmi5.ended(visit.signal(1, 3), "abandoned", module, visit.world.launch(row), length)
    visit.tell(text, visit.player)
    ledger.unterminated[row] = 0


def _end(visit: Visit, module: Module, launch: Launch, begun: int) -> None:
    length = visit.now - begun + SECOND
    if visit.world.chance.happens(_NOT_TERMINATED):
        visit.world.ledger.unterminated[visit.row] = length * 16 + module.number
        return
    act = visit.signal(1, 1)
    visit.tell(cmi5.ended(act, "terminated", module, launch, visit.now - begun), visit.player)


def _learn(visit: Visit, module: Module, launch: Launch, begun: int) -> None:
    """Say what the unit says of its learner, all at one instant; `failed` completes nothing."""
    taken, percent = visit.now - begun, visit.percent()
    if module.move_on != "Completed":
        text = cmi5.judged(visit.again(), module, launch, percent, taken)
        visit.tell(text, visit.player)
        visit.score(percent * 10)
        if percent < (module.pass_mark or 0):
            return
    if module.move_on in {"Passed", "CompletedOrPassed"}:
        finish(visit, module)
    if module.move_on != "Passed":
        visit.tell(cmi5.completed(visit.again(), module, launch, taken), visit.player)
        finish(visit, module)

"""A serious game: scenes, then won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import finish
from lrs.simulation.dialects import game

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit


def play(visit: Visit, module: Module) -> None:
    """Play it to the end, or stop halfway."""
    course = visit.course
    visit.tell(game.opened(visit.act(1, 8), course), visit.player)
    begun, scenes = visit.now, visit.world.chance.whole(2, 6)
    for number in range(1, scenes + 1):
        _scene(visit, number, 100 * number // (scenes + 1))
        if visit.world.chance.happens(0.05):
            return
    percent = visit.percent()
    passed = percent >= (module.pass_mark or 0)
    act = visit.act(5, 60)
    taken = visit.now - begun
    visit.tell(game.finished(act, course, percent, taken, passed=passed), visit.player)
    visit.score(percent * 10)
    visit.world.ledger.failed[visit.row] = not passed
    if passed:
        finish(visit, module)


def _scene(visit: Visit, number: int, percent: int) -> None:
    course = visit.course
    name = "experienced" if visit.succeeds() else "interacted"
    visit.tell(game.scene(visit.act(10, 120), course, name, number), visit.player)
    if number % 2 == 0:
        visit.tell(game.progressed(visit.act(1, 2), course, percent), visit.player)

"""A campaign on Pix, another platform: its results come by a nightly import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import finish
from lrs.simulation.delivery import Via
from lrs.simulation.dialects import pix

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_NOT_SHARED = 0.15


def play(visit: Visit, module: Module) -> None:
    """Answer the campaign's questions; some never share the result."""
    act = visit.act(60 * module.minutes / 2, 60 * module.minutes)
    percent = visit.percent()
    if visit.world.chance.happens(_NOT_SHARED):
        visit.tell(pix.unfinished(act, module, percent), Via.NIGHTLY)
        return
    visit.tell(pix.shared(act, module, percent), Via.NIGHTLY)
    visit.score(percent * 10)
    finish(visit, module)

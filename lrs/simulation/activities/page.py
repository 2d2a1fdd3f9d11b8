"""Reading a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import complete

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit


def play(visit: Visit, module: Module) -> None:
    """Open the page, read it, tick it off."""
    visit.look_at(module)
    visit.wait(20, 60 * module.minutes)
    complete(visit, module)

"""Watching a video on a real player: pauses, jumps, rewinds, and giving up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.completion import complete, finish
from lrs.simulation.dialects import video
from lrs.simulation.dialects.video import Viewing
from lrs.simulation.paris import MINUTE, SECOND

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_PAUSES, _BORED = 0.7, 0.94
"""Up to the first they pause, beyond the second they stop; between, they jump."""


def play(visit: Visit, module: Module) -> None:
    """Watch; the module is done when enough was seen."""
    visit.look_at(module)
    viewing = Viewing(
        visit.world.chance.uuid(), module.minutes * MINUTE - 17 * SECOND, module.media_json,
        visit.course.reference_json, mooc=visit.course.source == "mooc",
    )  # fmt: skip
    ready = visit.signal(1, 6)
    begun = visit.now
    visit.tell(video.initialized(ready, viewing), visit.player)
    position = _watch(visit, viewing)
    seen_enough = viewing.watched() >= video.THRESHOLD * viewing.length
    if seen_enough:
        act = visit.signal(0, 1)
        taken = visit.now - begun
        visit.tell(video.completed(act, viewing, position, taken), visit.player)
        _measure(visit, viewing)
        if viewing.mooc:
            finish(visit, module)
    visit.tell(video.stopped(visit.signal(0, 1), "terminated", viewing, position), visit.player)
    _measure(visit, viewing)
    if seen_enough and not viewing.mooc:
        complete(visit, module)


def _watch(visit: Visit, viewing: Viewing) -> int:
    """Play piece after piece, up to the end or until bored. Returns the last position."""
    position = 0
    while True:
        visit.tell(video.played(visit.signal(0, 2), viewing, position), visit.player)
        reached = min(viewing.length, position + visit.span(20, 240))
        visit.now += reached - position
        viewing.segments.append((position, reached))
        luck = visit.world.chance.share()
        if reached == viewing.length or luck > _BORED:
            return reached
        position = _interrupt(visit, viewing, reached, luck)


def _interrupt(visit: Visit, viewing: Viewing, position: int, luck: float) -> int:
    """Pause, or jump back or ahead. Returns the position from which it goes on."""
    if luck < _PAUSES:
        act = visit.signal(0, 0.5)
        visit.tell(video.stopped(act, "paused", viewing, position), visit.player)
        _measure(visit, viewing)
        visit.wait(2, 60)
        return position
    jump = visit.world.chance.between(-45, 20) * SECOND
    target = max(0, min(viewing.length - SECOND, position + int(jump)))
    visit.tell(video.seeked(visit.signal(0, 0.5), viewing, position, target), visit.player)
    return target


def _measure(visit: Visit, viewing: Viewing) -> None:
    """Count what was watched since the player last summed it up."""
    watched = viewing.watched()
    visit.measure("video", watched - viewing.told)
    viewing.told = watched

"""What should not have been sent: mistakes, voided later or even before, and wrong clocks.

None of it is in the ground truth: a voided statement never happened, and a
timestamp a century away is kept out of all figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.delivery import Via
from lrs.simulation.dialects import moodle, refers, trax
from lrs.simulation.paris import DAY, HOUR, MINUTE
from lrs.simulation.world import ADMINISTRATOR

if TYPE_CHECKING:
    from lrs.simulation.visit import Visit

_VOID_FIRST = 0.4
_ODD_CLOCKS = (754_000, 946_512_000_000, 4_102_444_800_000)
"""1970, the last days of 1999, and the year 2100."""

_ROOM_FOR_BOTH = 4
"""The mistake, the void, and a repeat of each."""


def make_mistake(visit: Visit) -> None:
    """Send that the course is complete, which is not true, and the statement that voids it."""
    world = visit.world
    act = visit.act(1, 5)
    if world.outbox.room < _ROOM_FOR_BOTH or not act.number:
        return
    platform = trax if visit.course.source == "trax" else moodle
    text = platform.course_completed(act, visit.course)
    if world.chance.happens(_VOID_FIRST):
        # The mistake waits on a phone while the void goes straight to the store.
        world.outbox.send(text, act.at, Via.OFFLINE)
        voided_at = act.at + 5 * MINUTE
    else:
        world.outbox.send(text, act.at, Via.CRON)
        voided_at = act.at + int(world.chance.between(0.2, 48) * HOUR)
    void = refers.voided(world.act(ADMINISTRATOR, voided_at), act.id)
    world.outbox.send(void, voided_at, Via.PLAYER)
    world.counts["voided"] += 1


def send_odd_timestamp(visit: Visit) -> None:
    """A page seen on a device whose clock is wrong by decades."""
    world, module = visit.world, visit.course.modules[0]
    if module.kind == "pix":
        return
    act = visit.act(1, 5)
    act.at = world.chance.pick(_ODD_CLOCKS) + world.chance.whole(0, DAY // 1000) * 1000
    platform = trax if visit.course.source == "trax" else moodle
    world.outbox.send(platform.module_viewed(act, module), visit.now, Via.CRON)
    world.counts["odd_timestamps"] += 1

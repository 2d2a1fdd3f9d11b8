"""A day with a trainer: booked and cancelled online, attended in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.completion import complete
from lrs.simulation.dialects import moodle
from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.ledger import Booking
from lrs.simulation.paris import DAY, day_of, instant
from lrs.simulation.seasons import working_day

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_DAYS_AHEAD = (3, 25)


def play(visit: Visit, module: Module) -> None:
    """Book a session, cancel it, or, having been there, tick the module off."""
    ledger, row = visit.world.ledger, visit.row
    visit.look_at(module)
    if ledger.booking[row] == Booking.ATTENDED:
        complete(visit, module)
    elif ledger.booking[row] == Booking.BOOKED:
        visit.tell(moodle.module_event(visit.act(5, 30), events.BOOKING_CANCELLED, module))
        ledger.booking[row] = Booking.NONE
    else:
        visit.tell(moodle.module_event(visit.act(5, 60), events.SIGNED_UP, module))
        ledger.booking[row] = Booking.BOOKED
        visit.world.agenda.note(_end_of_session(visit), staff.take_attendance, row, module)


def _end_of_session(visit: Visit) -> int:
    """When the trainer notes who was there: the evening of some working day to come."""
    days_ahead = visit.world.chance.whole(*_DAYS_AHEAD)
    day = working_day(day_of(visit.now + days_ahead * DAY))
    return instant(day, 17, visit.world.chance.whole(0, 59))

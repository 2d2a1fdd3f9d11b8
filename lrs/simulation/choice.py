"""What a learner turns to: which courses are open, which module comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.ledger import Booking, Status

if TYPE_CHECKING:
    from lrs.simulation.courses import Course, Module
    from lrs.simulation.visit import Visit

_MOST_COURSES = 24
"""After so many courses people only come back to them: it bounds a learner's memory, too."""

_DOES_OPTIONAL, _CANCELS = 0.5, 0.12
_REPLAYABLE = {"page", "quiz", "video", "h5p", "scorm", "au", "game"}


def open_rows(visit: Visit) -> list[int]:
    """The learner's unfinished courses in which there is something to do."""
    ledger = visit.world.ledger
    return [
        row for row in ledger.of(visit.learner)
        if ledger.status[row] == Status.ACTIVE and not ledger.completed[row]
    ]  # fmt: skip


def unknown_course(visit: Visit) -> Course | None:
    """A course that is free to begin and that the learner does not have yet."""
    known = {visit.world.ledger.course[row] for row in visit.world.ledger.of(visit.learner)}
    if len(known) >= _MOST_COURSES:
        return None
    for _ in range(6):
        course = visit.world.catalogue.popular(visit.world.chance)
        if course.free and course.number not in known:
            return course
    return None


def next_module(visit: Visit) -> Module | None:
    """The next module to do, in order; in a finished course, one to do again."""
    chance, course = visit.world.chance, visit.course
    if visit.world.ledger.completed[visit.row]:
        again = [module for module in course.modules if module.kind in _REPLAYABLE]
        return chance.pick(again) if again and chance.happens(_DOES_OPTIONAL) else None
    for module in _to_do(visit):
        if module.required or chance.happens(_DOES_OPTIONAL):
            return module
    return None


def _to_do(visit: Visit) -> list[Module]:
    done = visit.world.ledger.done[visit.row]
    return [
        module for module in visit.course.modules
        if not done & module.bit and not _waits(visit, module)
    ]  # fmt: skip


def _waits(visit: Visit, module: Module) -> bool:
    """Whether the module is a booked session to come: nothing to do, except cancel."""
    booked = visit.world.ledger.booking[visit.row] == Booking.BOOKED
    return module.kind == "facetoface" and booked and not visit.world.chance.happens(_CANCELS)

"""Finishing modules and courses, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation import staff
from lrs.simulation.catalogue import SITE_BADGE_COURSES
from lrs.simulation.delivery import Via
from lrs.simulation.dialects import cmi5, mooc, moodle, trax
from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.paris import DAY
from lrs.simulation.visit import PLATFORMS

if TYPE_CHECKING:
    from lrs.simulation.courses import Module
    from lrs.simulation.visit import Visit

_REVOKED = 0.1


def complete(visit: Visit, module: Module, *, passed: bool = False) -> None:
    """The platform notes that a module is done, unless it was before."""
    if visit.world.ledger.done[visit.row] & module.bit:
        return
    platform = PLATFORMS[visit.course.source]
    visit.tell(platform.module_completed(visit.act(1, 3), module, passed=passed))
    finish(visit, module)


def finish(visit: Visit, module: Module) -> None:
    """A module is done, just now; perhaps it was the last one of the course."""
    ledger, course = visit.world.ledger, visit.course
    ledger.done[visit.row] |= module.bit
    if ledger.completed[visit.row] or course.required & ~ledger.done[visit.row]:
        return
    ledger.completed[visit.row] = visit.now
    if course.says_completed:
        _announce(visit)
    _reward(visit)


def _announce(visit: Visit) -> None:
    """The source says, at the same instant, that the course is complete."""
    course = visit.course
    if course.source == "moodle":
        visit.tell(moodle.course_completed(visit.again(), course))
    elif course.source == "trax":
        visit.tell(trax.course_completed(visit.again(), course))
    elif course.source == "mooc":
        visit.tell(mooc.course_completed(visit.again(), course), visit.player)
    elif course.source == "cmi5":
        launch = visit.world.launch(visit.row)
        for block in (True, False):
            text = cmi5.satisfied(visit.again(), course, launch, block=block, by=None)
            visit.tell(text, Via.PLAYER)


def _reward(visit: Visit) -> None:
    """Badges and the certificate that a finished course of Moodle gives."""
    world, course = visit.world, visit.course
    if course.badge is not None:
        _award(visit, course.badge, of_course=True)
    rows = world.ledger.of(visit.learner)
    finished = sum(world.ledger.completed[row] > 0 for row in rows)
    if finished >= SITE_BADGE_COURSES and not world.badges.has(
        visit.learner, world.catalogue.site_badge
    ):
        _award(visit, world.catalogue.site_badge, of_course=False)
    if course.certified:
        _certify(visit)


def _award(visit: Visit, badge: int, *, of_course: bool) -> None:
    course = visit.course if of_course else None
    text = moodle.badge(visit.act(1, 2), events.BADGE_AWARDED, badge, course, None)
    visit.tell(text)
    visit.world.badges.award(visit.learner, badge, visit.now)
    if visit.world.chance.happens(_REVOKED):
        later = visit.now + visit.world.chance.whole(1, 20) * DAY
        visit.world.agenda.note(later, staff.revoke_badge, visit.learner, badge, course)


def _certify(visit: Visit) -> None:
    """The learner takes the certificate: issued by the learner, to the learner."""
    code = visit.world.uuid(visit.row, "certificate")[:8].upper()
    act = visit.act(5, 40)
    visit.tell(moodle.certificate(act, events.CERTIFICATE_ISSUED, code, visit.who))
    if visit.world.chance.happens(_REVOKED):
        later = visit.now + visit.world.chance.whole(1, 20) * DAY
        visit.world.agenda.note(later, staff.revoke_certificate, visit.learner, code)

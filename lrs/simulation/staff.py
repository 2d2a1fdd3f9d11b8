"""What managers, markers, trainers and the administrator do.

Their statements about a learner carry them as instructor, or have them as the
actor: none of them is the learner's own act, none makes a connection. Every
function here is a task of the agenda: it takes the world and the instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.delivery import Via
from lrs.simulation.dialects import cmi5, moodle, moodle_work, refers
from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.ledger import Booking, How, Status
from lrs.simulation.names import COMMENTS
from lrs.simulation.paris import DAY, MINUTE
from lrs.simulation.world import ADMINISTRATOR, IMPORTER, MANAGERS, TUTORS

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Course, Module
    from lrs.simulation.dialects.moodle_events import Event
    from lrs.simulation.dialects.moodle_work import Attempt
    from lrs.simulation.world import World

_FULLY_PRESENT, _PRESENT = 0.86, 0.95
_HOW_TEXT = {How.MANUAL: "manual", How.SELF: "self", How.IMPORT: "sirh"}


def enrol(world: World, at: int, how: How, among: int) -> None:
    """Enrol one of the first `among` learners in some course, or again in one that was left."""
    learner = world.learners.pick(world.chance, among)
    course = world.catalogue.enrollable(world.chance)
    row = world.ledger.find(learner, course.number)
    known = row is not None and not _may_return(world, row, how)
    if known or world.connections.busy(learner, at):
        return
    act = world.act(world.learners.identity(learner), at)
    _tell_enrolment(world, act, course, events.ENROLLED, how)
    if row is None:
        world.ledger.open(learner, course.number, how, at)
    else:
        world.ledger.status[row], world.ledger.enrolled_last[row] = Status.ACTIVE, at


def _may_return(world: World, row: int, how: How) -> bool:
    return world.ledger.status[row] == Status.LEFT and world.ledger.how[row] == how


def suspend(world: World, at: int) -> None:
    """Suspend some enrolment, mostly to resume it later."""
    row = _changeable(world, at)
    if row is not None:
        _change(world, at, row, events.SUSPENDED, Status.SUSPENDED)
        if world.chance.happens(0.7):
            world.agenda.note(at + world.chance.whole(3, 40) * DAY, resume, row)


def resume(world: World, at: int, row: int) -> None:
    """Resume a suspended enrolment."""
    _change(world, at, row, events.RESUMED, Status.ACTIVE)


def unenrol(world: World, at: int) -> None:
    """Take someone out of a course."""
    row = _changeable(world, at)
    if row is not None:
        _change(world, at, row, events.LEFT, Status.LEFT)


def _changeable(world: World, at: int) -> int | None:
    """An active, unfinished enrolment that a manager made, of someone who is not there now."""
    ledger = world.ledger
    if not ledger:
        return None
    row = world.chance.whole(0, len(ledger) - 1)
    made_by_manager = ledger.how[row] in {How.MANUAL, How.IMPORT}
    unfinished = ledger.status[row] == Status.ACTIVE and not ledger.completed[row]
    idle = not world.connections.busy(ledger.learner[row], at)
    return row if made_by_manager and unfinished and idle else None


def _change(world: World, at: int, row: int, event: Event, status: Status) -> None:
    course = world.catalogue.courses[world.ledger.course[row]]
    act = world.act(world.learners.identity(world.ledger.learner[row]), at)
    _tell_enrolment(world, act, course, event, How(world.ledger.how[row]))
    world.ledger.status[row] = status


def _tell_enrolment(world: World, act: Act, course: Course, event: Event, how: How) -> None:
    by = IMPORTER if how is How.IMPORT else world.chance.pick(MANAGERS)
    text = moodle.enrolment(act, event, course, _HOW_TEXT[how], by)
    world.outbox.send(text, act.at, Via.CRON)


def mark_assignment(world: World, at: int, row: int, module: Module, submission: str) -> None:
    """Mark an assignment, often with a comment; sometimes remark on the submission itself."""
    half_marks = world.chance.whole(10, 2 * moodle_work.MAXIMUM)
    act = world.act(world.learners.identity(world.ledger.learner[row]), at)
    tutor = world.chance.pick(TUTORS)
    comment = world.chance.pick(COMMENTS) if world.chance.happens(0.7) else ""
    world.outbox.send(moodle_work.graded(act, module, half_marks / 2, comment, tutor), at, Via.CRON)
    world.ledger.score(row, half_marks * 1000 // (2 * moodle_work.MAXIMUM), at)
    if submission and world.chance.happens(0.3):
        remark = refers.commented(world.act(tutor, at), submission, "Merci pour cet envoi.")
        world.outbox.send(remark, at, Via.PLAYER)


def mark_question(world: World, at: int, learner: int, attempt: Attempt, slot: int) -> None:
    """Mark the open question of an attempt: the total stays as it was told."""
    act = world.act(world.learners.identity(learner), at)
    tutor, fraction = world.chance.pick(TUTORS), world.chance.whole(0, 4) / 4
    world.outbox.send(
        moodle_work.question_graded(act, attempt, slot, fraction, tutor), at, Via.CRON
    )


def assess_essay(world: World, at: int, learner: int, module: Module) -> None:
    """Mark the open question of a lesson: told as the marker's own act."""
    act = world.act(world.chance.pick(TUTORS), at)
    about = world.learners.identity(learner)
    fraction = world.chance.whole(0, 4) / 4
    world.outbox.send(moodle_work.essay_assessed(act, module, fraction, about), at, Via.CRON)


def take_attendance(world: World, at: int, row: int, module: Module) -> None:
    """A face-to-face session is over: who had booked was there, partly there, or absent."""
    if world.ledger.booking[row] != Booking.BOOKED:
        return
    luck = world.chance.share()
    world.ledger.booking[row] = Booking.NONE
    if luck > _PRESENT:
        return
    learner, full = world.ledger.learner[row], luck < _FULLY_PRESENT
    duration = module.minutes * MINUTE
    act = world.act(world.learners.identity(learner), at)
    tutor = world.chance.pick(TUTORS)
    text = moodle.attended(act, module, duration, tutor, full=full)
    world.outbox.send(text, at, Via.CRON)
    world.measured.add("face_to_face", learner, duration)
    if full:
        world.ledger.booking[row] = Booking.ATTENDED


def end_meeting(world: World, at: int, module: Module) -> None:
    """The trainer closes a virtual class."""
    act = world.act(world.chance.pick(TUTORS), at)
    world.outbox.send(moodle.module_event(act, events.MEETING_ENDED, module), at, Via.CRON)


def revoke_badge(world: World, at: int, learner: int, badge: int, course: Course | None) -> None:
    """Take a badge back."""
    act = world.act(world.learners.identity(learner), at)
    manager = world.chance.pick(MANAGERS)
    text = moodle.badge(act, events.BADGE_REVOKED, badge, course, manager)
    world.outbox.send(text, at, Via.CRON)
    world.badges.revoke(learner, badge, at)


def revoke_certificate(world: World, at: int, learner: int, code: str) -> None:
    """Take a certificate back."""
    act = world.act(world.learners.identity(learner), at)
    manager = world.chance.pick(MANAGERS)
    text = moodle.certificate(act, events.CERTIFICATE_REVOKED, code, manager)
    world.outbox.send(text, at, Via.CRON)


def look_as_learner(world: World, at: int, among: int) -> None:
    """The administrator logs in as a learner and looks at a course: not the learner's doing."""
    learner = world.learners.identity(world.learners.pick(world.chance, among))
    text = moodle.logged_in_as(world.act(ADMINISTRATOR, at), learner)
    world.outbox.send(text, at, Via.CRON)
    course = world.catalogue.enrollable(world.chance)
    text = moodle.course_viewed(world.act(ADMINISTRATOR, at + MINUTE), course)
    world.outbox.send(text, at + MINUTE, Via.CRON)


def waive(world: World, at: int) -> None:
    """Count a cmi5 course as done for someone who learnt the same elsewhere."""
    row = _waivable(world, at)
    if row is None:
        return
    ledger, course = world.ledger, world.catalogue.courses[world.ledger.course[row]]
    who, manager = world.learners.identity(ledger.learner[row]), world.chance.pick(MANAGERS)
    launch = world.launch(row)
    for module in course.modules:
        if not ledger.done[row] & module.bit:
            text = cmi5.waived(world.act(who, at), module, launch, manager)
            world.outbox.send(text, at, Via.PLAYER)
            ledger.done[row] |= module.bit
            if not course.required & ~ledger.done[row] and not ledger.completed[row]:
                ledger.completed[row] = at
    for block in (True, False):
        text = cmi5.satisfied(world.act(who, at), course, launch, block=block, by=manager)
        world.outbox.send(text, at, Via.PLAYER)


def _waivable(world: World, at: int) -> int | None:
    """Someone's unfinished cmi5 course, nobody being in it now."""
    ledger = world.ledger
    if not ledger:
        return None
    row = world.chance.whole(0, len(ledger) - 1)
    is_cmi5 = world.catalogue.courses[ledger.course[row]].source == "cmi5"
    unfinished = ledger.started[row] and not ledger.completed[row]
    idle = not world.connections.busy(ledger.learner[row], at)
    return row if is_cmi5 and unfinished and idle else None

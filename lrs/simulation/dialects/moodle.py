r"""Moodle with the plugin logstore_xapi 5: the City's own feed, traps included.

No `id` (unless the simulation adds one), a registration that belongs to the
cron run, scaled scores from -1 to 1, success without a pass mark, everything
labelled `en`, several statements for one event, `\/` in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.dialects.moodle_events import ADL, EDLM, EDLM_V1, PREPOSITIONS, STREAMS, TINCAN
from lrs.simulation.dialects.text import PLATFORM, activity, php
from lrs.simulation.paris import SECOND, utc_text

if TYPE_CHECKING:
    from lrs.simulation.act import Act, Identity
    from lrs.simulation.courses import Course, Module, Question
    from lrs.simulation.dialects.moodle_events import Event

COURSE_TYPE = "https://w3id.org/xapi/cmi5/activitytype/course"
MODULE_TYPES = {
    "page": "https://w3id.org/xapi/acrossx/activities/page",
    "video": "https://w3id.org/xapi/acrossx/activities/page",
    "quiz": f"{ADL}/activities/assessment",
    "scorm": f"{ADL}/activities/module",
    "facetoface": "https://w3id.org/xapi/acrossx/activities/face-to-face-discussion",
    "meeting": f"{ADL}/activities/meeting",
    "h5p": f"{ADL}/activities/media",
    "assign": f"{EDLM}/activity-types/assignment",
    "lesson": f"{ADL}/activities/lesson",
}
QUIZ_MAXIMUM = 20
"""Points of a quiz or an assignment: marks out of twenty, as in French schools."""

SITE_BADGE = "Parcours de formation"
"""The badge for several courses, of the site rather than of one course."""

_SITE = php(activity(PLATFORM, f"{TINCAN}/activitytype/lms", "Ville@pp", "en"))
_ROOT = php(PLATFORM)[1:-1]
_ENROLMENT_TYPE = php(f"{EDLM}/context-extensions/enrolment-type")
_ASSIGNMENT_METHOD = php(f"{EDLM_V1}/context-extensions/badge-assignment-method")


class Attempt(NamedTuple):
    """An attempt at a quiz: its number in Moodle and the learner's count of attempts."""

    number: int
    ordinal: int
    module: Module

    @property
    def json(self) -> str:
        """The attempt as an activity."""
        path = f"{_ROOT}\\/mod\\/quiz\\/attempt.php?attempt={self.number}"
        title = php(self.module.title)[1:-1]
        return (
            f'{{"objectType":"Activity","id":"{path}&cmid={course_module(self.module)}",'
            f'"definition":{{"type":"http:\\/\\/adlnet.gov\\/expapi\\/activities\\/attempt",'
            f'"name":{{"en":"{title} Attempt {self.ordinal}"}}}}}}'
        )


def course_module(module: Module) -> str:
    """Moodle's number of the module: what its address ends in."""
    return module.id.rpartition("=")[2]


def compose(
    act: Act,
    event: Event,
    object_json: str,
    *,
    inside: str | None = "",
    result: str = "",
    by: Identity | None = None,
    extension: str = "",
) -> str:
    """A statement of the plugin.

    `inside` is JSON of the parents, comma separated, nearest first (None:
    no contextActivities at all), `result` the JSON of the result, `by` the
    instructor, `extension` one more member of the context's extensions.
    """
    instructor = f'"instructor":{by.moodle},' if by else ""
    parents = f'"parent":[{inside}],' if inside else ""
    activities = "" if inside is None else f'"contextActivities":{{{parents}"category":[{_SITE}]}},'
    outcome = f'"result":{result},' if result else ""
    more = f",{extension}" if extension else ""
    return (
        f'{{{act.number}"actor":{act.who.moodle},"verb":{event.verb_json},"object":{object_json},'
        f'{outcome}"context":{{"platform":"Moodle","registration":"{act.run}","language":"en",'
        f'{instructor}{activities}"extensions":{{{event.info_json}{more}}}}},'
        f'"timestamp":"{utc_text(act.at)}"}}'
    )


def score(raw: float, maximum: int) -> str:
    """A score as the plugin maps it: `scaled` runs from -1 to 1."""
    scaled = raw / maximum * 2 - 1
    return f'"score":{{"raw":{raw:.12g},"min":0,"max":{maximum},"scaled":{php_number(scaled)}}}'


def php_number(number: float) -> str:
    """A number as PHP prints it: shortest form, no `.0`."""
    return repr(number).removesuffix(".0")


def logged_in(act: Act) -> str:
    """A login, which Moodle tells on every device."""
    return compose(act, events.LOGGED_IN, _SITE, inside=None)


def logged_in_as(act: Act, learner: Identity) -> str:
    """An administrator who looks at the site with a learner's eyes."""
    extension = f"{php(f'{PREPOSITIONS}/as')}:{learner.moodle}"
    return compose(act, events.LOGGED_IN_AS, _SITE, inside=None, extension=extension)


def logged_out(act: Act) -> str:
    """An explicit logout, which few people bother with."""
    return compose(act, events.LOGGED_OUT, _SITE, inside=None)


def enrolment(act: Act, event: Event, course: Course, how: str, by: Identity) -> str:
    """A change of the actor's enrolment, made by `by` (the learner, if self-enrolled)."""
    return compose(act, event, course.object_json, by=by, extension=f'{_ENROLMENT_TYPE}:"{how}"')


def course_viewed(act: Act, course: Course) -> str:
    """The course page."""
    return compose(act, events.COURSE_VIEWED, course.object_json)


def course_completed(act: Act, course: Course) -> str:
    """The course is complete: no result, verb and type say it."""
    return compose(act, events.COURSE_COMPLETED, course.object_json)


def module_event(act: Act, event: Event, module: Module, result: str = "") -> str:
    """Anything that happens to a module as a whole."""
    return compose(act, event, module.object_json, inside=module.parents_json, result=result)


def module_viewed(act: Act, module: Module) -> str:
    """The page of a module."""
    return module_event(act, events.VIEWED[module.kind], module)


def module_completed(act: Act, module: Module, *, passed: bool) -> str:
    """The module is done; `success` only where a pass mark was reached."""
    result = '{"completion":true,"success":true}' if passed else '{"completion":true}'
    return module_event(act, events.COMPLETED, module, result)


def module_uncompleted(act: Act, module: Module) -> str:
    """The tick is taken back."""
    return module_event(act, events.UNCOMPLETED, module)


def attempt_started(act: Act, attempt: Attempt) -> str:
    """A quiz is begun."""
    return compose(act, events.STARTED, attempt.json, inside=attempt.module.inside_json)


def attempt_ended(
    act: Act, attempt: Attempt, raw: float, milliseconds: int, *, given_up: bool
) -> str:
    """A quiz handed in, or found abandoned. Success is raw >= pass mark, which defaults to 0."""
    success = raw * 100 >= (attempt.module.pass_mark or 0) * QUIZ_MAXIMUM
    result = (
        f'{{{score(raw, QUIZ_MAXIMUM)},"completion":{_truth(not given_up)},'
        f'"success":{_truth(success)},"duration":"PT{milliseconds // SECOND}S"}}'
    )
    event = events.ABANDONED if given_up else events.SUBMITTED
    return compose(act, event, attempt.json, inside=attempt.module.inside_json, result=result)


def question_answered(act: Act, attempt: Attempt, question: Question, *, right: bool) -> str:
    """One question of an attempt, told at the moment the attempt ends."""
    inside = f"{attempt.json},{attempt.module.inside_json}"
    result = question.right_json if right else question.wrong_json
    return compose(act, events.ANSWERED, question.object_json, inside=inside, result=result)


def question_graded(act: Act, attempt: Attempt, slot: int, fraction: float, by: Identity) -> str:
    """An essay question marked by hand: a fraction of that question, no new total."""
    review = f"{PLATFORM}/review.php?attempt={attempt.number}"
    title = f"{attempt.module.title} Review Slot {slot}"
    object_json = php(activity(f"{review}&slot={slot}", f"{STREAMS}/review#slot", title, "en"))
    inside = (
        f"{php(activity(review, f'{STREAMS}/review', 'Review', 'en'))},"
        f"{attempt.json},{attempt.module.inside_json}"
    )
    result = f"{{{score(fraction, 1)}}}"
    return compose(act, events.MANUALLY_GRADED, object_json, inside=inside, result=result, by=by)


def handed_in(act: Act, module: Module) -> str:
    """An assignment submitted."""
    return compose(act, events.HANDED_IN, module.media_json, inside=module.inside_json)


def graded(act: Act, module: Module, raw: float, comment: str, by: Identity) -> str:
    """An assignment marked by `by`: the actor is the learner."""
    success = raw * 100 >= (module.pass_mark or 0) * QUIZ_MAXIMUM
    remark = f',"response":{php(comment)}' if comment else ""
    result = f'{{{score(raw, QUIZ_MAXIMUM)},"success":{_truth(success)}{remark}}}'
    return compose(
        act, events.GRADED, module.media_json, inside=module.inside_json, result=result, by=by
    )


def lesson_started(act: Act, module: Module) -> str:
    """A lesson is begun."""
    return compose(act, events.LESSON_STARTED, module.media_json, inside=module.inside_json)


def essay_answered(act: Act, module: Module) -> str:
    """The open question of a lesson; an empty response is sent as it is."""
    return compose(
        act, events.ESSAY_ANSWERED, module.questions[0].object_json,
        inside=module.inside_json, result=module.questions[0].right_json,
    )  # fmt: skip


def essay_assessed(act: Act, module: Module, fraction: float, learner: Identity) -> str:
    """That question marked: the actor is the marker, the learner stands in an extension."""
    return compose(
        act, events.ESSAY_ASSESSED, module.questions[0].object_json,
        inside=module.inside_json, result=f"{{{score(fraction, 1)}}}",
        extension=f"{php(f'{PREPOSITIONS}/for')}:{learner.moodle}",
    )  # fmt: skip


def attended(act: Act, module: Module, milliseconds: int, by: Identity, *, full: bool) -> str:
    """Someone was there, for the duration of the sessions (partly: completion false)."""
    result = f'{{"duration":"PT{milliseconds // SECOND}S","completion":{_truth(full)}}}'
    return compose(
        act, events.ATTENDED, module.object_json,
        inside=module.parents_json, result=result, by=by,
    )  # fmt: skip


def sco(act: Act, event: Event, module: Module, raw: int | None = None) -> str:
    """Something SCORM content reports, with its score if it is one."""
    result = "" if raw is None else f"{{{score(raw, 100)}}}"
    return compose(act, event, module.media_json, inside=module.inside_json, result=result)


def badge(act: Act, event: Event, number: int, course: Course | None, by: Identity | None) -> str:
    """A badge awarded or revoked: by hand if `by` is given, else by its criteria."""
    method = "Manual" if by else "Automatic"
    return compose(
        act, event, badge_json(number, course),
        inside=course.object_json if course else "", by=by,
        extension=f'{_ASSIGNMENT_METHOD}:"{method}"',
    )  # fmt: skip


def badge_id(number: int) -> str:
    """The address of a badge."""
    return f"{PLATFORM}/badges/overview.php?id={number}"


def badge_json(number: int, course: Course | None) -> str:
    """A badge as an activity: of a course, or of the site."""
    name = course.title if course else SITE_BADGE
    extensions = {
        f"{EDLM_V1}/activity-extensions/badge-type": "Course" if course else "Site",
        f"{EDLM_V1}/activity-extensions/badge-version": "1.0",
    }
    type_ = f"{EDLM}/activity-types/badge"
    return php(activity(badge_id(number), type_, name, "en", extensions=extensions))


def certificate(act: Act, event: Event, code: str, by: Identity) -> str:
    """A certificate issued or revoked."""
    path = f"{PLATFORM}/admin/tool/certificate/index.php?code={code}"
    object_json = php(
        activity(path, f"{EDLM}/activity-types/certificate", f"Certificate {code}", "en")
    )
    return compose(act, event, object_json, by=by)


def _truth(value: bool) -> str:  # noqa: FBT001 - JSON of exactly this value
    return "true" if value else "false"

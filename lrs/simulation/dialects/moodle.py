r"""Moodle with the plugin logstore_xapi 5: the City's own feed, traps included.

No `id` (unless the simulation adds one), a registration that belongs to the
cron run, scaled scores from -1 to 1, success without a pass mark, everything
labelled `en`, several statements for one event, `\/` in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.dialects import moodle_events as events
from lrs.simulation.dialects.moodle_events import ADL, EDLM, EDLM_V1, PREPOSITIONS, TINCAN
from lrs.simulation.paris import SECOND, utc_text
from lrs.simulation.text import PLATFORM, activity, php

if TYPE_CHECKING:
    from lrs.simulation.act import Act, Identity
    from lrs.simulation.courses import Course, Module
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
SITE_BADGE = "Parcours de formation"
"""The badge for several courses, of the site rather than of one course."""

_SITE = php(activity(PLATFORM, f"{TINCAN}/activitytype/lms", "Ville@pp", "en"))
_ENROLMENT_TYPE = f"{EDLM}/context-extensions/enrolment-type"
_ASSIGNMENT_METHOD = f"{EDLM_V1}/context-extensions/badge-assignment-method"


def compose(act: Act, event: Event, object_json: str, context: str, result: str = "") -> str:
    """A statement of the plugin: `context` is members of the context, each with its comma."""
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{{act.number}"actor":{act.who.moodle},"verb":{event.verb_json},"object":{object_json},'
        f'{outcome}"context":{{"platform":"Moodle","registration":"{act.run}","language":"en",'
        f'{context}"extensions":{{{event.info_json}}}}},"timestamp":"{utc_text(act.at)}"}}'
    )


def within(parents: str = "", by: Identity | None = None) -> str:
    """Members of the context: the parents (JSON, nearest first), the site, an instructor."""
    instructor = f'"instructor":{by.moodle},' if by else ""
    parent = f'"parent":[{parents}],' if parents else ""
    return f'{instructor}"contextActivities":{{{parent}"category":[{_SITE}]}},'


def score(raw: float, maximum: int) -> str:
    """A score as the plugin maps it: `scaled` runs from -1 to 1, in PHP's shortest form."""
    scaled = repr(raw / maximum * 2 - 1).removesuffix(".0")
    return f'"score":{{"raw":{raw:.12g},"min":0,"max":{maximum},"scaled":{scaled}}}'


def boolean(value: bool) -> str:  # noqa: FBT001 - JSON of exactly this value
    """`true` or `false`."""
    return "true" if value else "false"


def logged_in(act: Act) -> str:
    """A login, which Moodle tells on every device."""
    return compose(act, events.LOGGED_IN, _SITE, "")


def logged_in_as(act: Act, learner: Identity) -> str:
    """An administrator who looks at the site with a learner's eyes."""
    event = events.LOGGED_IN_AS.extended(f"{PREPOSITIONS}/as", learner.moodle)
    return compose(act, event, _SITE, "")


def logged_out(act: Act) -> str:
    """An explicit logout, which few people bother with."""
    return compose(act, events.LOGGED_OUT, _SITE, "")


def enrolment(act: Act, event: Event, course: Course, how: str, by: Identity) -> str:
    """A change of the actor's enrolment, made by `by` (the learner, if self-enrolled)."""
    extended = event.extended(_ENROLMENT_TYPE, f'"{how}"')
    return compose(act, extended, course.object_json, within(by=by))


def course_viewed(act: Act, course: Course) -> str:
    """The course page."""
    return compose(act, events.COURSE_VIEWED, course.object_json, within())


def course_completed(act: Act, course: Course) -> str:
    """The course is complete: no result, verb and type say it."""
    return compose(act, events.COURSE_COMPLETED, course.object_json, within())


def module_event(act: Act, event: Event, module: Module, result: str = "") -> str:
    """Anything that happens to a module as a whole."""
    return compose(act, event, module.object_json, within(module.parents_json), result)


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


def attended(act: Act, module: Module, milliseconds: int, by: Identity, *, full: bool) -> str:
    """Someone was there, for the duration of the sessions (partly: completion false)."""
    result = f'{{"duration":"PT{milliseconds // SECOND}S","completion":{boolean(full)}}}'
    context = within(module.parents_json, by)
    return compose(act, events.ATTENDED, module.object_json, context, result)


def sco(act: Act, event: Event, module: Module, raw: int | None = None) -> str:
    """Something SCORM content reports, with its score if it is one."""
    result = "" if raw is None else f"{{{score(raw, 100)}}}"
    return compose(act, event, module.media_json, within(module.inside_json), result)


def badge(act: Act, event: Event, number: int, course: Course | None, by: Identity | None) -> str:
    """A badge awarded or revoked: by hand if `by` is given, else by its criteria."""
    method = '"Manual"' if by else '"Automatic"'
    context = within(course.object_json if course else "", by)
    return compose(
        act, event.extended(_ASSIGNMENT_METHOD, method), badge_json(number, course), context
    )


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
    iri = f"{PLATFORM}/admin/tool/certificate/index.php?code={code}"
    type_ = f"{EDLM}/activity-types/certificate"
    object_json = php(activity(iri, type_, f"Certificate {code}", "en"))
    return compose(act, event, object_json, within(by=by))

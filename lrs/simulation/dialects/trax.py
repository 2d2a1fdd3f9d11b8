"""Moodle with TRAX Logs: the xapi.fr profile, the second French dialect.

Activities have UUIDs, times carry the offset of Paris, `scaled` runs from 0
to 1, H5P answers arrive, enrolments and attempts don't.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.paris import paris_text
from lrs.simulation.text import PLATFORM, activity, php, seconds

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Course, Module

ADL = "http://adlnet.gov/expapi"
VOCABULARY = "http://vocab.xapi.fr"
CONCEPTS = {
    "page": ("page", "web-page", "resource"),
    "quiz": ("quiz", "quiz", "assessment"),
    "scorm": ("scorm", "web-content", "resource"),
    "h5p": ("hvp", "quiz", "assessment"),
    "assign": ("assign", "assignment", "production"),
}
"""Moodle's module, the profile's type and family, for each kind of module."""

_PROFILE = activity(f"{VOCABULARY}/categories/vle-profile", f"{ADL}/activities/profile")
_LEVEL = f"{VOCABULARY}/activities/granularity-level"
_SYSTEM = activity(PLATFORM, f"{VOCABULARY}/activities/system")
_SYSTEM_JSON = php(activity(PLATFORM, f"{VOCABULARY}/activities/system", "Ville@pp"))
_EVENT = php(f"{VOCABULARY}/extensions/platform-event")
_NAVIGATED = f"{VOCABULARY}/verbs/navigated-in"


class Event(NamedTuple):
    """A Moodle event and the verb that stands for it, as JSON."""

    verb_json: str
    name_json: str

    @classmethod
    def of(cls, name: str, verb: str) -> Event:
        """The event `name`."""
        return cls(php({"id": verb}), php(name))


LOGGED_IN = Event.of("\\core\\event\\user_loggedin", "https://w3id.org/xapi/adl/verbs/logged-in")
LOGGED_OUT = Event.of("\\core\\event\\user_loggedout", "https://w3id.org/xapi/adl/verbs/logged-out")
COURSE_VIEWED = Event.of("\\core\\event\\course_viewed", _NAVIGATED)
COURSE_COMPLETED = Event.of("\\core\\event\\course_completed", f"{ADL}/verbs/completed")
MODULE_COMPLETED = Event.of(
    "\\core\\event\\course_module_completion_updated", f"{ADL}/verbs/completed"
)
VIEWED = {
    kind: Event.of(f"\\mod_{plugin}\\event\\course_module_viewed", _NAVIGATED)
    for kind, (plugin, _, _) in CONCEPTS.items()
}
GRADED = {
    verb: Event.of("\\core\\event\\user_graded", f"{ADL}/verbs/{verb}")
    for verb in ("scored", "passed", "failed")
}
H5P_GRADED = {
    verb: Event.of("\\logstore_trax\\event\\hvp_quiz_completed", f"{ADL}/verbs/{verb}")
    for verb in ("scored", "passed", "failed")
}
H5P_ANSWERED = Event.of(
    "\\logstore_trax\\event\\hvp_quiz_question_answered", f"{ADL}/verbs/answered"
)


def context(level: str = "", **places: list[object]) -> str:
    """The contextActivities of a statement at that level of granularity, as JSON."""
    levels = [activity(f"{VOCABULARY}/categories/{level}", _LEVEL)] if level else []
    grouping = [_SYSTEM, *places.pop("grouping", [])]
    return php({**places, "grouping": grouping, "category": [*levels, _PROFILE]})


_SYSTEM_CONTEXT = php({"category": [_PROFILE]})
_COURSE_CONTEXT = context()


def compose(act: Act, event: Event, object_json: str, where: str, result: str = "") -> str:
    """A statement of the profile: `where` is JSON of the contextActivities."""
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{{act.number}"actor":{act.who.trax},"verb":{event.verb_json},"object":{object_json},'
        f'{outcome}"context":{{"contextActivities":{where},"platform":"Moodle",'
        f'"extensions":{{{_EVENT}:{event.name_json}}}}},"timestamp":"{paris_text(act.at)}"}}'
    )


def logged_in(act: Act) -> str:
    """A login."""
    return compose(act, LOGGED_IN, _SYSTEM_JSON, _SYSTEM_CONTEXT)


def logged_out(act: Act) -> str:
    """An explicit logout."""
    return compose(act, LOGGED_OUT, _SYSTEM_JSON, _SYSTEM_CONTEXT)


def course_viewed(act: Act, course: Course) -> str:
    """The course page."""
    return compose(act, COURSE_VIEWED, course.object_json, _COURSE_CONTEXT)


def course_completed(act: Act, course: Course) -> str:
    """The course is complete."""
    result = '{"completion":true}'
    return compose(act, COURSE_COMPLETED, course.object_json, _COURSE_CONTEXT, result)


def module_viewed(act: Act, module: Module) -> str:
    """The page of a module."""
    return compose(act, VIEWED[module.kind], module.object_json, module.parents_json)


def module_completed(act: Act, module: Module, *, passed: bool) -> str:
    """The module is done."""
    result = '{"completion":true,"success":true}' if passed else '{"completion":true}'
    return compose(act, MODULE_COMPLETED, module.object_json, module.parents_json, result)


def module_graded(act: Act, module: Module, raw: float, maximum: int) -> str:
    """A mark: passed or failed where there is a pass mark, else scored."""
    told_by = H5P_GRADED if module.kind == "h5p" else GRADED
    score = f'"score":{{"min":0,"max":{maximum},"raw":{raw:.12g},"scaled":{raw / maximum:.12g}}}'
    if module.pass_mark is None:
        event, result = told_by["scored"], f"{{{score}}}"
    elif raw * 100 >= module.pass_mark * maximum:
        event, result = told_by["passed"], f'{{{score},"success":true}}'
    else:
        event, result = told_by["failed"], f'{{{score},"success":false}}'
    return compose(act, event, module.object_json, module.parents_json, result)


def question_answered(act: Act, module: Module, number: int, taken: int, *, right: bool) -> str:
    """One question of H5P content, as TRAX rewrites it; `taken` is in milliseconds."""
    raw, answer = (1, "true") if right else (0, "false")
    result = (
        f'{{"score":{{"max":1,"min":0,"raw":{raw},"scaled":{raw}}},"success":{answer},'
        f'"duration":"{seconds(taken)}","response":"{answer}","completion":true}}'
    )
    object_json = question_json(module.id, module.title, number)
    return compose(act, H5P_ANSWERED, object_json, module.inside_json, result)


@lru_cache(maxsize=1024)
def question_json(module_id: str, title: str, number: int) -> str:
    """Describe a question of H5P content as an activity."""
    return php(
        activity(
            f"{module_id}/question/{number}",
            f"{ADL}/activities/cmi.interaction",
            f"{title} - question {number}",
            interactionType="true-false", correctResponsesPattern=["true"],
        )
    )  # fmt: skip

"""Moodle with TRAX Logs: the xapi.fr profile, the second French dialect.

Activities have UUIDs, times carry the offset of Paris, `scaled` runs from 0
to 1, H5P answers arrive, enrolments and attempts don't.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lrs.simulation.dialects.text import PLATFORM, activity, php, quoted, seconds
from lrs.simulation.paris import paris_text

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
_NAVIGATED = f"{VOCABULARY}/verbs/navigated-in"
_EVENT = php(f"{VOCABULARY}/extensions/platform-event")


def context(level: str = "", **places: list[object]) -> str:
    """The contextActivities of a statement at that level of granularity, as JSON."""
    levels = [activity(f"{VOCABULARY}/categories/{level}", _LEVEL)] if level else []
    grouping = [_SYSTEM, *places.pop("grouping", [])]
    return php({**places, "grouping": grouping, "category": [*levels, _PROFILE]})


_SYSTEM_CONTEXT = php({"category": [_PROFILE]})
_COURSE_CONTEXT = context()


def compose(act: Act, verb: str, object_json: str, where: str, event: str, result: str = "") -> str:
    """A statement of the profile: `where` is JSON of the contextActivities."""
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{{act.number}"actor":{act.who.trax},"verb":{{"id":{quoted(verb)}}},"object":{object_json},'
        f'{outcome}"context":{{"contextActivities":{where},"platform":"Moodle",'
        f'"extensions":{{{_EVENT}:{quoted(event)}}}}},"timestamp":"{paris_text(act.at)}"}}'
    )


def logged_in(act: Act) -> str:
    """A login."""
    verb = "https://w3id.org/xapi/adl/verbs/logged-in"
    return compose(act, verb, _SYSTEM_JSON, _SYSTEM_CONTEXT, "\\core\\event\\user_loggedin")


def logged_out(act: Act) -> str:
    """An explicit logout."""
    verb = "https://w3id.org/xapi/adl/verbs/logged-out"
    return compose(act, verb, _SYSTEM_JSON, _SYSTEM_CONTEXT, "\\core\\event\\user_loggedout")


def course_viewed(act: Act, course: Course) -> str:
    """The course page."""
    event = "\\core\\event\\course_viewed"
    return compose(act, _NAVIGATED, course.object_json, _COURSE_CONTEXT, event)


def course_completed(act: Act, course: Course) -> str:
    """The course is complete."""
    return compose(
        act, f"{ADL}/verbs/completed", course.object_json, _COURSE_CONTEXT,
        "\\core\\event\\course_completed", '{"completion":true}',
    )  # fmt: skip


def module_viewed(act: Act, module: Module) -> str:
    """The page of a module."""
    event = f"\\mod_{CONCEPTS[module.kind][0]}\\event\\course_module_viewed"
    return compose(act, _NAVIGATED, module.object_json, module.parents_json, event)


def module_completed(act: Act, module: Module, *, passed: bool) -> str:
    """The module is done."""
    return compose(
        act, f"{ADL}/verbs/completed", module.object_json, module.parents_json,
        "\\core\\event\\course_module_completion_updated",
        '{"completion":true,"success":true}' if passed else '{"completion":true}',
    )  # fmt: skip


def module_graded(act: Act, module: Module, raw: float, maximum: int, event: str = "") -> str:
    """A mark: passed or failed where there is a pass mark, else scored."""
    score = f'"score":{{"min":0,"max":{maximum},"raw":{raw:.12g},"scaled":{raw / maximum:.12g}}}'
    told_by = event or "\\core\\event\\user_graded"
    if module.pass_mark is None:
        verb, result = "scored", f"{{{score}}}"
    else:
        passed = raw * 100 >= module.pass_mark * maximum
        verb = "passed" if passed else "failed"
        result = f'{{{score},"success":{"true" if passed else "false"}}}'
    return compose(
        act, f"{ADL}/verbs/{verb}", module.object_json, module.parents_json, told_by, result
    )


def question_answered(act: Act, module: Module, number: int, taken: int, *, right: bool) -> str:
    """One question of H5P content, as TRAX rewrites it; `taken` is in milliseconds."""
    raw, answer = (1, "true") if right else (0, "false")
    result = (
        f'{{"score":{{"max":1,"min":0,"raw":{raw},"scaled":{raw}}},"success":{answer},'
        f'"duration":"{seconds(taken)}","response":"{answer}","completion":true}}'
    )
    return compose(
        act, f"{ADL}/verbs/answered", question_json(module.id, module.title, number), module.inside_json,
        "\\logstore_trax\\event\\hvp_quiz_question_answered", result,
    )  # fmt: skip


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

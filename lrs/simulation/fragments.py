"""The ready-cut JSON of courses and modules, as each source writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.chance import hexadecimal, uuid_from
from lrs.simulation.dialects import cmi5, moodle, moodle_events, trax
from lrs.simulation.text import PLATFORM, activity, dumps, php

if TYPE_CHECKING:
    from lrs.simulation.courses import Course, Module

ADL = "http://adlnet.gov/expapi/activities"
VIDEO_TYPE = "https://w3id.org/xapi/video/activity-type/video"
_SUB_ACTIVITIES = {
    "assign": ("#submission", " Submission", f"{moodle_events.EDLM}/activity-types/submission"),
    "lesson": ("#lesson", "", f"{moodle_events.EDLM}/activity-types/lesson-session"),
    "scorm": ("#sco", " Content", f"{moodle_events.EDLM}/activity-types/scorm-content-object"),
}
"""What stands inside a module of Moodle: suffix of id and name, and type."""


def cut_moodle(course: Course) -> None:
    """A course of Moodle with logstore_xapi."""
    course.id = f"{PLATFORM}/course/view.php?id={course.number + 2}"
    course.object_json = php(activity(course.id, moodle.COURSE_TYPE, course.title, "en"))
    course.reference_json = dumps(activity(course.id, moodle.COURSE_TYPE))
    for module in course.modules:
        _CUT_MODULE.get(module.kind, _cut_moodle_module)(course, module)


def _cut_moodle_module(course: Course, module: Module) -> None:
    plugin = moodle_events.PLUGINS[module.kind]
    module.id = f"{PLATFORM}/mod/{plugin}/view.php?id={course_module(course, module)}"
    type_ = moodle.MODULE_TYPES[module.kind]
    module.object_json = php(activity(module.id, type_, module.title, "en"))
    section = php(
        activity(
            f"{PLATFORM}/course/section.php?id={course.number * 10 + module.number // 3}",
            "http://id.tincanapi.com/activitytype/section",
            f"Section {module.number // 3 + 1}",
            "en",
        )
    )
    module.parents_json = f"{section},{course.object_json}"
    module.inside_json = f"{module.object_json},{module.parents_json}"
    if module.kind in _SUB_ACTIVITIES:
        suffix, name, type_ = _SUB_ACTIVITIES[module.kind]
        inner = activity(f"{module.id}{suffix}", type_, f"{module.title}{name}", "en")
        module.media_json = php(inner)


def _cut_moodle_video(course: Course, module: Module) -> None:
    _cut_moodle_module(course, module)
    module.media_id = f"{PLATFORM}/videos/{course.number}-{module.number}"
    module.media_json = dumps(activity(module.media_id, VIDEO_TYPE, module.title))


def _cut_moodle_h5p(course: Course, module: Module) -> None:
    _cut_moodle_module(course, module)
    content = course_module(course, module)
    module.media_id = f"{PLATFORM}/h5p/embed/{content}"
    extensions = {"http://h5p.org/x-api/h5p-local-content-id": content}
    value = activity(module.media_id, f"{ADL}/assessment", module.title, extensions=extensions)
    module.media_json = dumps(value)


def _cut_pix(course: Course, module: Module) -> None:
    code = hexadecimal("pix", course.number, module.number)[:9].upper()
    module.id = f"https://app.pix.fr/campagnes/{code}"
    module.object_json = dumps(activity(module.id, f"{ADL}/assessment", module.title))


_CUT_MODULE = {"video": _cut_moodle_video, "h5p": _cut_moodle_h5p, "pix": _cut_pix}


def cut_trax(course: Course) -> None:
    """A course of Moodle with TRAX Logs."""
    course.id = _trax_id("course", course.number)
    type_, extension = "http://vocab.xapi.fr/activities", "http://vocab.xapi.fr/extensions"
    course.object_json = php(
        activity(
            course.id, f"{type_}/course", course.title,
            extensions={f"{extension}/platform-concept": "course"},
        )
    )  # fmt: skip
    parent = activity(course.id, f"{type_}/course")
    for module in course.modules:
        concept, name, family = trax.CONCEPTS[module.kind]
        module.id = _trax_id(concept, course.number, module.number)
        about = {
            f"{extension}/platform-concept": concept,
            f"{extension}/concept-family": family,
        }
        value = activity(module.id, f"{type_}/{name}", module.title, extensions=about)
        module.object_json = php(value)
        module.parents_json = trax.context("learning-unit", parent=[parent])
        itself = activity(module.id, f"{type_}/{name}")
        module.inside_json = trax.context(
            "inside-learning-unit", parent=[itself], grouping=[parent]
        )


def _trax_id(concept: str, *numbers: int) -> str:
    digits = hexadecimal("trax", concept, *numbers)
    return f"{PLATFORM}/xapi/activities/{concept}/{uuid_from(digits)}"


def cut_cmi5(course: Course) -> None:
    """A cmi5 course: the LMS has ids of its own beside the publisher's."""
    course.id = f"{PLATFORM}/cmi5/course/{course.number}"
    course.reference_json = course.object_json = dumps(
        activity(course.id, f"{cmi5.CMI5}/activitytype/course", course.title)
    )
    for module in course.modules:
        module.id = f"{PLATFORM}/cmi5/au/{course.number}-{module.number}"
        module.media_id = f"{cmi5.publisher_id(course)}/au/{module.number}"
        module.object_json = dumps(activity(module.id, f"{ADL}/lesson", module.title))


def cut_mooc(course: Course) -> None:
    """A course of the public platform."""
    course.id = f"course-v1:VILLE+{course.number:05d}+session01"
    course.object_json = dumps(activity(course.id, f"{ADL}/course", course.title))
    course.reference_json = dumps(activity(course.id, f"{ADL}/course"))
    for module in course.modules:
        unique = uuid_from(hexadecimal("mooc", course.number, module.number))
        module.id = f"uuid://{unique}"
        kind = "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom"
        type_ = kind if module.kind == "class" else VIDEO_TYPE
        module.object_json = dumps(activity(module.id, type_, module.title, "en-US"))
        module.media_json = module.object_json
        module.parents_json = course.reference_json


def cut_game(course: Course) -> None:
    """A serious game, which is a course of one module: itself."""
    course.id = f"https://jeux.example/parties/{course.number}"
    course.object_json = dumps(activity(course.id, f"{ADL}/course", course.title))
    course.reference_json = dumps(activity(course.id, f"{ADL}/course"))
    for module in course.modules:
        module.id, module.object_json = course.id, course.object_json


def course_module(course: Course, module: Module) -> int:
    """Moodle's number of a module, unique over all courses."""
    return 1000 + course.number * 20 + module.number


CUT = {
    "moodle": cut_moodle,
    "trax": cut_trax,
    "cmi5": cut_cmi5,
    "mooc": cut_mooc,
    "game": cut_game,
}

"""The catalogue of the simulated platform: what there is to learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.chance import Chance, Weights
from lrs.simulation.courses import Course, Kind, Module, MoveOn, Source
from lrs.simulation.dialects import moodle
from lrs.simulation.fragments import CUT, course_module
from lrs.simulation.names import FORMATS, MODULE_TITLES, SUBJECTS
from lrs.simulation.questions import lesson_question, quiz_question

if TYPE_CHECKING:
    from lrs.simulation.options import Options

SOURCES: tuple[Source, ...] = (
    *("moodle", "trax", "cmi5", "mooc", "game", "moodle", "moodle", "moodle", "moodle", "moodle"),
    *("moodle", "trax", "moodle", "moodle", "moodle", "moodle", "moodle", "moodle"),
)
"""Where the courses run: every eighteen of them alike."""

_MOODLE_RECIPES: tuple[tuple[Kind, ...], ...] = (
    ("page", "video", "quiz", "facetoface", "h5p"),
    ("page", "scorm", "meeting", "assign", "lesson", "pix"),
    ("page", "h5p", "quiz"),
    ("video", "video", "quiz"),
    ("page", "video", "page", "h5p", "quiz", "assign"),
    ("pix", "page", "quiz"),
    ("page", "scorm", "quiz"),
    ("page", "lesson", "quiz", "facetoface"),
    ("page", "quiz", "page", "quiz", "video", "quiz", "meeting"),
)
_RECIPES: dict[Source, tuple[tuple[Kind, ...], ...]] = {
    "moodle": _MOODLE_RECIPES,
    "trax": (("page", "h5p", "quiz"), ("page", "scorm", "quiz", "assign"), ("page", "quiz")),
    "cmi5": (("au", "au", "au"), ("au", "au")),
    "mooc": (("video", "video", "class", "video"), ("video", "video", "video", "video")),
    "game": (("game",),),
}
_MINUTES: dict[Kind, tuple[int, int]] = {
    "page": (2, 6), "quiz": (3, 12), "video": (2, 12), "scorm": (8, 25), "facetoface": (180, 420),
    "meeting": (40, 80), "h5p": (3, 10), "assign": (10, 40), "lesson": (5, 15), "pix": (20, 50),
    "au": (6, 25), "game": (10, 25), "class": (40, 80),
}  # fmt: skip
_MOVE_ON: tuple[MoveOn, ...] = ("CompletedAndPassed", "Completed", "Passed", "CompletedOrPassed")
_BADGE_EVERY = 3
SITE_BADGE_COURSES = 3


class Catalogue:
    """All courses, and how popular each of them is."""

    def __init__(self, options: Options) -> None:
        chance = Chance(f"{options.seed}/catalogue")
        self.courses = [_course(chance, number) for number in range(options.courses)]
        self._popular = Weights([1 / (course.number * 7 % 50 + 4) for course in self.courses])
        self._enrollable = [course for course in self.courses if course.source == "moodle"]
        self.site_badge = options.courses + 1

    def popular(self, chance: Chance) -> Course:
        """Some course, the well-known ones more often."""
        return self.courses[self._popular.draw(chance)]

    def enrollable(self, chance: Chance) -> Course:
        """Some course that a manager enrols people in: a course of Moodle."""
        return chance.pick(self._enrollable)

    def described(self) -> dict[str, object]:
        """The catalogue as the `catalogue` file says it: courses and badges."""
        return {
            "courses": [_describe(course) for course in self.courses],
            "badges": [_describe_badge(course) for course in self.courses if course.badge]
            + [
                {
                    "id": moodle.badge_id(self.site_badge),
                    "name": moodle.SITE_BADGE,
                    "any_courses": SITE_BADGE_COURSES,
                }
            ],
        }


def _course(chance: Chance, number: int) -> Course:
    source = SOURCES[number % len(SOURCES)]
    tag, subject = SUBJECTS[number % len(SUBJECTS)]
    form = FORMATS[number // len(SUBJECTS) % len(FORMATS)]
    edition = number // (len(SUBJECTS) * len(FORMATS)) + 1
    title = f"{subject} - {form}" if edition == 1 else f"{subject} - {form} {edition}"
    course = Course(
        number, source, "", title, tag,
        free=source != "moodle" or number % 4 != 0,
        says_completed=number % 5 > 0 or source in {"cmi5", "game"},
        certified=source == "moodle" and number % 7 == 0,
        badge=number + 1 if source == "moodle" and number % _BADGE_EVERY == 0 else None,
    )  # fmt: skip
    recipes = _RECIPES[source]
    kinds = recipes[number // 5 % len(recipes)]
    course.modules = [_module(chance, course, kind, at) for at, kind in enumerate(kinds)]
    CUT[source](course)
    return course


def _module(chance: Chance, course: Course, kind: Kind, number: int) -> Module:
    module = Module(
        number, kind, "", f"{MODULE_TITLES[kind]} {number + 1}",
        required=number == 0 or chance.happens(0.85),
        minutes=chance.whole(*_MINUTES[kind]),
        pass_mark=_pass_mark(chance, kind),
        move_on=_MOVE_ON[(course.number + number) % len(_MOVE_ON)],
    )  # fmt: skip
    if course.source == "moodle":
        _ask(chance, course, module)
    return module


def _pass_mark(chance: Chance, kind: Kind) -> int | None:
    if kind in {"quiz", "h5p", "scorm"}:
        return chance.pick((None, None, 50, 60, 70))
    return {"au": 60, "game": 60, "assign": 50}.get(kind)


def _ask(chance: Chance, course: Course, module: Module) -> None:
    number = course_module(course, module)
    if module.kind == "lesson":
        module.questions = (lesson_question(number, number * 10),)
    if module.kind == "quiz":
        # 4 or 5 questions of equal weight make whole marks out of twenty.
        count, essay = chance.whole(4, 5), chance.happens(0.3)
        module.questions = tuple(
            quiz_question(number, number * 10 + at, open_=essay and at == count - 1)
            for at in range(count)
        )


def _describe(course: Course) -> dict[str, object]:
    return {
        "id": course.id,
        "title": course.title,
        "tags": [course.tag],
        "source": course.source,
        "opening": "free" if course.free else "enrolment",
        "minutes": sum(module.minutes for module in course.modules),
        "modules": [_describe_module(module) for module in course.modules],
    }


def _describe_module(module: Module) -> dict[str, object]:
    known = {
        "id": module.id,
        "title": module.title,
        "kind": module.kind,
        "required": module.required,
        "minutes": module.minutes,
        "pass_mark": module.pass_mark,
        "move_on": module.move_on if module.kind == "au" else None,
        "activities": [module.media_id] if module.media_id else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _describe_badge(course: Course) -> dict[str, object]:
    return {"id": moodle.badge_id(course.badge or 0), "name": course.title, "courses": [course.id]}

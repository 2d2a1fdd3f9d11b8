"""Serious games of various vendors: plain ADL verbs, each with its own idea of a timestamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.paris import paris_text, utc_text
from lrs.simulation.text import activity, dumps, seconds, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Course

ADL = "http://adlnet.gov/expapi"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"

_VERBS = {
    name: dumps(verb(f"{ADL}/verbs/{name}", name))
    for name in ("initialized", "experienced", "progressed", "interacted", "passed", "failed")
}


def opened(act: Act, course: Course) -> str:
    """The game starts; some vendors send nothing but actor, verb and object."""
    return _compose(act, "initialized", course, course.object_json)


def scene(act: Act, course: Course, name: str, number: int) -> str:
    """A scene of the game is `experienced`, or something in it `interacted` with."""
    object_json = dumps(
        activity(f"{course.id}/scene/{number}", f"{ADL}/activities/simulation", f"Scène {number}")
    )
    return _compose(act, name, course, object_json)


def progressed(act: Act, course: Course, percent: int) -> str:
    """So much of the game is done."""
    result = f'{{"extensions":{{"{PROGRESS}":{percent}}}}}'
    return _compose(act, "progressed", course, course.object_json, result)


def finished(act: Act, course: Course, percent: int, milliseconds: int, *, passed: bool) -> str:
    """The game is over, won or lost."""
    result = (
        f'{{"score":{{"raw":{percent},"min":0,"max":100,"scaled":{percent / 100:.12g}}},'
        f'"success":{str(passed).lower()},"completion":{str(passed).lower()},'
        f'"duration":"{seconds(milliseconds)}"}}'
    )
    name = "passed" if passed else "failed"
    return _compose(act, name, course, course.object_json, result)


def _timestamp(at: int, course: Course) -> str:
    if course.number % 3 == 0:
        return paris_text(at // 1000 * 1000)
    text = utc_text(at)
    return text if course.number % 3 == 1 else f"{text[:-1]}000000Z"


def _compose(act: Act, name: str, course: Course, object_json: str, result: str = "") -> str:
    outcome = f'"result":{result},' if result else ""
    inside = f'"context":{{"contextActivities":{{"parent":[{course.reference_json}]}}}},'
    context = "" if object_json is course.object_json else inside
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{_VERBS[name]},'
        f'"object":{object_json},{outcome}{context}"timestamp":"{_timestamp(act.at, course)}"}}'
    )

"""A public platform in the manner of FUN and Ralph: LMS and virtual classroom profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.paris import utc_text
from lrs.simulation.text import dumps, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Course, Module

ADL = "http://adlnet.gov/expapi"
CLASSROOM = "https://w3id.org/xapi/virtual-classroom"

_ON_PLATFORM = dumps({"category": [{"id": "https://w3id.org/xapi/lms"}]})
_REGISTERED = dumps(verb(f"{ADL}/verbs/registered", "registered", "en-US"))
_UNREGISTERED = dumps(verb("http://id.tincanapi.com/verb/unregistered", "unregistered", "en-US"))
_COMPLETED = dumps(verb(f"{ADL}/verbs/completed", "completed", "en-US"))
_JOINED = dumps(verb("http://activitystrea.ms/join", "joined", "en-US"))
_LEFT = dumps(verb("http://activitystrea.ms/leave", "left", "en-US"))


def registered(act: Act, course: Course) -> str:
    """Someone takes the course."""
    return _compose(act, _REGISTERED, course.object_json, _ON_PLATFORM)


def unregistered(act: Act, course: Course) -> str:
    """Someone gives it up."""
    return _compose(act, _UNREGISTERED, course.object_json, _ON_PLATFORM)


def course_completed(act: Act, course: Course) -> str:
    """The course is complete."""
    return _compose(act, _COMPLETED, course.object_json, _ON_PLATFORM, '{"completion":true}')


def joined(act: Act, module: Module) -> str:
    """Someone enters a virtual classroom."""
    return _compose(act, _JOINED, module.object_json, _in_class(module))


def left(act: Act, module: Module) -> str:
    """Someone leaves it."""
    return _compose(act, _LEFT, module.object_json, _in_class(module))


def _in_class(module: Module) -> str:
    return f'{{"category":[{{"id":"{CLASSROOM}"}}],"parent":[{module.parents_json}]}}'


def _compose(act: Act, verb_json: str, object_json: str, where: str, result: str = "") -> str:
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{"id":"{act.id}","actor":{act.who.mooc},"verb":{verb_json},"object":{object_json},'
        f'{outcome}"context":{{"contextActivities":{where}}},'
        f'"timestamp":"{utc_text(act.at)[:-1]}000+00:00"}}'
    )

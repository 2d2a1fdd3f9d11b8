"""cmi5: what the LMS and its assignable units (AU) say around a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.dialects.text import activity, dumps, seconds, verb
from lrs.simulation.paris import utc_text

if TYPE_CHECKING:
    from lrs.simulation.act import Act, Identity
    from lrs.simulation.courses import Course, Module

ADL = "http://adlnet.gov/expapi/verbs"
LMS = "https://w3id.org/xapi/adl/verbs"
CMI5 = "https://w3id.org/xapi/cmi5"

_VERBS = {
    name: dumps(verb(f"{base}/{name}", name))
    for base, names in (
        (ADL, ("launched", "initialized", "completed", "passed", "failed", "terminated")),
        (LMS, ("abandoned", "waived", "satisfied")),
    )
    for name in names
}
_DEFINED = dumps({"id": f"{CMI5}/context/categories/cmi5"})
_MOVE_ON = dumps({"id": f"{CMI5}/context/categories/moveon"})
_EXTENSION = f"{CMI5}/context/extensions"


class Launch(NamedTuple):
    """A launch of an AU: the learner's registration for the course, the session's id, the mode."""

    registration: str
    session: str
    mode: str = "Normal"


def compose(
    act: Act,
    name: str,
    object_json: str,
    launch: Launch,
    publisher_id: str,
    *,
    result: str = "",
    extensions: str = "",
    by: Identity | None = None,
) -> str:
    """A cmi5 defined statement about the activity that its publisher calls `publisher_id`."""
    moves_on = "success" in result or "completion" in result
    categories = f"{_DEFINED},{_MOVE_ON}" if moves_on else _DEFINED
    instructor = f'"instructor":{by.account},' if by else ""
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{_VERBS[name]},'
        f'"object":{object_json},{outcome}"context":{{"registration":"{launch.registration}",'
        f'{instructor}"contextActivities":{{"category":[{categories}],'
        f'"grouping":[{{"id":"{publisher_id}"}}]}},"extensions":{{'
        f'"{_EXTENSION}/sessionid":"{launch.session}"{extensions}}}}},'
        f'"timestamp":"{utc_text(act.at)}"}}'
    )


def launched(act: Act, module: Module, launch: Launch) -> str:
    """The LMS opens an AU."""
    mastery = "" if module.pass_mark is None else (
        f',"{_EXTENSION}/masteryscore":{module.pass_mark / 100:.12g}'
    )  # fmt: skip
    extensions = (
        f',"{_EXTENSION}/launchmode":"{launch.mode}","{_EXTENSION}/moveon":"{module.move_on}",'
        f'"{_EXTENSION}/launchurl":"{module.media_id}/index.html"{mastery}'
    )
    return compose(
        act, "launched", module.object_json, launch, module.media_id, extensions=extensions
    )


def initialized(act: Act, module: Module, launch: Launch) -> str:
    """The AU is there."""
    return compose(act, "initialized", module.object_json, launch, module.media_id)


def ended(act: Act, name: str, module: Module, launch: Launch, milliseconds: int) -> str:
    """The AU says goodbye (`terminated`), or the LMS finds that it never did (`abandoned`)."""
    result = f'{{"duration":"{seconds(milliseconds)}"}}'
    return compose(act, name, module.object_json, launch, module.media_id, result=result)


def completed(act: Act, module: Module, launch: Launch, milliseconds: int) -> str:
    """Everything was seen."""
    result = f'{{"completion":true,"duration":"{seconds(milliseconds)}"}}'
    return compose(act, "completed", module.object_json, launch, module.media_id, result=result)


def judged(act: Act, module: Module, launch: Launch, percent: int, milliseconds: int) -> str:
    """`passed` from the mastery score on, else `failed`."""
    success = percent >= (module.pass_mark or 0)
    result = (
        f'{{"score":{{"scaled":{percent / 100:.12g}}},"success":{"true" if success else "false"},'
        f'"duration":"{seconds(milliseconds)}"}}'
    )
    name = "passed" if success else "failed"
    return compose(act, name, module.object_json, launch, module.media_id, result=result)


def waived(act: Act, module: Module, launch: Launch, by: Identity) -> str:
    """Someone counts the AU as done, for what the learner did elsewhere."""
    result = (
        f'{{"success":true,"completion":true,"extensions":'
        f'{{"{CMI5}/result/extensions/reason":"Equivalent Outside Activity"}}}}'
    )
    return compose(act, "waived", module.object_json, launch, module.media_id, result=result, by=by)


def satisfied(act: Act, course: Course, launch: Launch, *, block: bool, by: Identity | None) -> str:
    """Everything in the course (or in its only block) is met."""
    suffix, type_ = ("/block", "block") if block else ("", "course")
    object_json = dumps(
        activity(f"{course.id}{suffix}", f"{CMI5}/activitytype/{type_}", course.title)
    )
    return compose(act, "satisfied", object_json, launch, f"{publisher_id(course)}{suffix}", by=by)


def publisher_id(course: Course) -> str:
    """The id of the course in its package, which is not the LMS's."""
    return f"https://editeur.example/cours/{course.number}"

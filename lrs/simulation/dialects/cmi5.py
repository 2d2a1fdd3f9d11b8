"""cmi5: what the LMS and its assignable units (AU) say around a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lrs.simulation.paris import utc_text
from lrs.simulation.text import activity, dumps, seconds, verb

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


def compose(act: Act, name: str, object_json: str, context: str, result: str = "") -> str:
    """A cmi5 defined statement, its context as `around` writes it."""
    outcome = f'"result":{result},' if result else ""
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{_VERBS[name]},'
        f'"object":{object_json},{outcome}"context":{context},"timestamp":"{utc_text(act.at)}"}}'
    )


def around(
    launch: Launch, publisher_id: str, *, moves_on: bool = False, extensions: str = "", by: str = ""
) -> str:
    """The context of a launch of what its publisher calls `publisher_id`.

    `moves_on` where the result has success or completion; `extensions` are
    more members, with leading commas; `by` is an instructor in JSON.
    """
    categories = f"{_DEFINED},{_MOVE_ON}" if moves_on else _DEFINED
    instructor = f'"instructor":{by},' if by else ""
    return (
        f'{{"registration":"{launch.registration}",{instructor}"contextActivities":'
        f'{{"category":[{categories}],"grouping":[{{"id":"{publisher_id}"}}]}},'
        f'"extensions":{{"{_EXTENSION}/sessionid":"{launch.session}"{extensions}}}}}'
    )


def launched(act: Act, module: Module, launch: Launch) -> str:
    """The LMS opens an AU."""
    extensions = (
        f',"{_EXTENSION}/launchmode":"{launch.mode}","{_EXTENSION}/moveon":"{module.move_on}",'
        f'"{_EXTENSION}/launchurl":"{module.media_id}/index.html"'
    )
    if module.pass_mark is not None:
        extensions += f',"{_EXTENSION}/masteryscore":{module.pass_mark / 100:.12g}'
    context = around(launch, module.media_id, extensions=extensions)
    return compose(act, "launched", module.object_json, context)


def initialized(act: Act, module: Module, launch: Launch) -> str:
    """The AU is there."""
    return compose(act, "initialized", module.object_json, around(launch, module.media_id))


def ended(act: Act, name: str, module: Module, launch: Launch, milliseconds: int) -> str:
    """The AU says goodbye (`terminated`), or the LMS finds that it never did (`abandoned`)."""
    result = f'{{"duration":"{seconds(milliseconds)}"}}'
    return compose(act, name, module.object_json, around(launch, module.media_id), result)


def completed(act: Act, module: Module, launch: Launch, milliseconds: int) -> str:
    """Everything was seen."""
    result = f'{{"completion":true,"duration":"{seconds(milliseconds)}"}}'
    context = around(launch, module.media_id, moves_on=True)
    return compose(act, "completed", module.object_json, context, result)


def judged(act: Act, module: Module, launch: Launch, percent: int, milliseconds: int) -> str:
    """`passed` from the mastery score on, else `failed`."""
    success = percent >= (module.pass_mark or 0)
    result = (
        f'{{"score":{{"scaled":{percent / 100:.12g}}},"success":{"true" if success else "false"},'
        f'"duration":"{seconds(milliseconds)}"}}'
    )
    context = around(launch, module.media_id, moves_on=True)
    return compose(act, "passed" if success else "failed", module.object_json, context, result)


def waived(act: Act, module: Module, launch: Launch, by: Identity) -> str:
    """Someone counts the AU as done, for what the learner did elsewhere."""
    reason = f'"{CMI5}/result/extensions/reason":"Equivalent Outside Activity"'
    result = f'{{"success":true,"completion":true,"extensions":{{{reason}}}}}'
    context = around(launch, module.media_id, moves_on=True, by=by.account)
    return compose(act, "waived", module.object_json, context, result)


def satisfied(act: Act, course: Course, launch: Launch, *, block: bool, by: Identity | None) -> str:
    """Everything in the course (or in its only block) is met."""
    suffix, type_ = ("/block", "block") if block else ("", "course")
    value = activity(f"{course.id}{suffix}", f"{CMI5}/activitytype/{type_}", course.title)
    manager = by.account if by else ""
    context = around(launch, f"{publisher_id(course)}{suffix}", by=manager)
    return compose(act, "satisfied", dumps(value), context)


def publisher_id(course: Course) -> str:
    """The id of the course in its package, which is not the LMS's."""
    return f"https://editeur.example/cours/{course.number}"

"""H5P content as it reports itself: what the Moodle plugin leaves out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lrs.simulation.paris import utc_text
from lrs.simulation.text import activity, dumps, seconds, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Module

_VERBS = {
    name: dumps(verb(f"http://adlnet.gov/expapi/verbs/{name}", name, "en-US"))
    for name in ("attempted", "answered", "completed")
}
_SET, _QUESTION = "QuestionSet-1.20", "TrueFalse-1.8"


def attempted(act: Act, module: Module) -> str:
    """The content is opened."""
    return _compose(act, "attempted", module.media_json, _context(_SET))


def answered(act: Act, module: Module, number: int, milliseconds: int, *, right: bool) -> str:
    """One question of the content is answered."""
    result = _result(int(right), 1, milliseconds, f'"response":"{str(right).lower()}",')
    object_json = question_json(module.media_id, module.title, number)
    return _compose(act, "answered", object_json, _context(_QUESTION, module.media_id), result)


def completed(act: Act, module: Module, raw: int, maximum: int, milliseconds: int) -> str:
    """The whole content is done, with its score."""
    result = _result(raw, maximum, milliseconds)
    return _compose(act, "completed", module.media_json, _context(_SET), result)


@lru_cache(maxsize=1024)
def question_json(media_id: str, title: str, number: int) -> str:
    """A question as an activity: the content's address and the part's id."""
    return dumps(
        activity(
            f"{media_id}?subContentId={number}",
            "http://adlnet.gov/expapi/activities/cmi.interaction",
            f"{title} - question {number}",
            interactionType="true-false",
            correctResponsesPattern=["true"],
        )
    )


def _result(raw: int, maximum: int, milliseconds: int, response: str = "") -> str:
    return (
        f'"result":{{"score":{{"min":0,"raw":{raw},"max":{maximum},'
        f'"scaled":{round(raw / maximum, 4):.12g}}},"completion":true,'
        f'"success":{str(raw == maximum).lower()},{response}"duration":"{seconds(milliseconds)}"}},'
    )


@lru_cache(maxsize=1024)
def _context(library: str, parent_id: str = "") -> str:
    category = {"objectType": "Activity", "id": f"http://h5p.org/libraries/H5P.{library}"}
    parent = {"parent": [{"objectType": "Activity", "id": parent_id}]} if parent_id else {}
    return dumps({"contextActivities": {**parent, "category": [category]}})


def _compose(act: Act, name: str, object_json: str, context: str, result: str = "") -> str:
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{_VERBS[name]},'
        f'"object":{object_json},{result}"context":{context},"timestamp":"{utc_text(act.at)}"}}'
    )

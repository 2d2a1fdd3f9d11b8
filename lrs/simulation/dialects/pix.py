"""Pix campaigns, as an import of their results writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.paris import utc_text
from lrs.simulation.text import dumps, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act
    from lrs.simulation.courses import Module

ADL = "http://adlnet.gov/expapi"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"

_COMPLETED = dumps(verb(f"{ADL}/verbs/completed", "completed"))
_PROGRESSED = dumps(verb(f"{ADL}/verbs/progressed", "progressed"))


def shared(act: Act, module: Module, percent: int) -> str:
    """A finished campaign: the mastered share of its skills."""
    result = f'{{"completion":true,"score":{{"scaled":{percent / 100:.12g}}}}}'
    return _compose(act, _COMPLETED, module, result)


def unfinished(act: Act, module: Module, percent: int) -> str:
    """A campaign that was begun, and not shared."""
    return _compose(act, _PROGRESSED, module, f'{{"extensions":{{"{PROGRESS}":{percent}}}}}')


def _compose(act: Act, verb_json: str, module: Module, result: str) -> str:
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{verb_json},'
        f'"object":{module.object_json},"result":{result},"context":{{"platform":"Pix"}},'
        f'"timestamp":"{utc_text(act.at)}"}}'
    )

"""Statements about statements: voids, and remarks of a tutor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.simulation.paris import utc_text
from lrs.simulation.text import dumps, verb

if TYPE_CHECKING:
    from lrs.simulation.act import Act

_VOIDED = dumps(verb("http://adlnet.gov/expapi/verbs/voided", "voided"))
_COMMENTED = dumps(verb("http://adlnet.gov/expapi/verbs/commented", "commented"))


def voided(act: Act, statement_id: str) -> str:
    """The statement of that id was a mistake."""
    return _compose(act, _VOIDED, statement_id, "")


def commented(act: Act, statement_id: str, remark: str) -> str:
    """A tutor's remark on what someone did."""
    return _compose(act, _COMMENTED, statement_id, f'"result":{{"response":{dumps(remark)}}},')


def _compose(act: Act, verb_json: str, statement_id: str, result: str) -> str:
    return (
        f'{{"id":"{act.id}","actor":{act.who.account},"verb":{verb_json},'
        f'"object":{{"objectType":"StatementRef","id":"{statement_id}"}},{result}'
        f'"timestamp":"{utc_text(act.at)}"}}'
    )

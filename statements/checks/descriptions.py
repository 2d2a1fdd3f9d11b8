"""Definitions of activities and names of agents: said by the statement that they are noted for.

Whether a statement may define depends on its credential, so what is not noted proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select

from schemas.errors import SchemaError
from statements import tables
from statements.checks.examination import Kind
from statements.checks.log import find_rows, readable
from statements.descriptions import merge_definitions, raw_definition
from statements.index import described_by
from statements.terms import activity_term, short_digest

if TYPE_CHECKING:
    from statements.checks.examination import Examination, NumberSet
    from statements.checks.log import Known

Json = dict[str, Any]

_DEFINITION = tables.activity_definition.c
_NAME = tables.agent_name.c
_DEFINITIONS = select(_DEFINITION.activity, _DEFINITION.position, _DEFINITION.definition)
_NAMES = select(_NAME.agent, _NAME.digest, _NAME.position, _NAME.name)


class Descriptions:
    """Compares descriptions with the log.

    Args:
        examination: under way.
        used: gets the terms that are described.

    """

    def __init__(self, examination: Examination, used: NumberSet) -> None:
        self._examination = examination
        self._used = used

    def check_definitions(self) -> None:
        """Each definition has in it what the last statement that changed it says."""
        for activity, position, definition in self._examination.connection.stream(_DEFINITIONS):
            self._used.add(activity)
            known = self._statement(position)
            said = self._said(known, activity) if known else None
            if said is None:
                detail = f"the statement does not define activity {activity}"
                self._examination.find(Kind.DEFINITION, position, detail)
            elif not _has_in_it(definition, said):
                detail = f"the definition of activity {activity} is not what the statement says"
                self._examination.find(Kind.DEFINITION, position, detail)

    def check_names(self) -> None:
        """Each name is whole and has a statement that it came with."""
        for agent, digest, position, name in self._examination.connection.stream(_NAMES):
            self._used.add(agent)
            if short_digest(name) != digest:
                detail = f"the name of agent {agent} is not the one that was stored"
                self._examination.find(Kind.NAME, position, detail)
            if self._statement(position) is None or not 0 < agent <= self._examination.last_term:
                detail = f"a name of agent {agent} comes from nowhere"
                self._examination.find(Kind.NAME, position, detail)

    def _statement(self, position: int) -> Known | None:
        return next(filter(None, map(readable, find_rows(self._examination, [position]))), None)

    def _said(self, known: Known, activity: int) -> bytes | None:
        """What a statement says of an activity, by the activity's number."""
        definitions = dict(described_by(known.value).definitions.values())
        terms = {activity_term(each): each for each in definitions}
        numbers = self._examination.dictionary.look_up(self._examination.connection, terms)
        for term, number in numbers.items():
            if number == activity:
                said = raw_definition(known.row.payload, terms[term])
                return said or orjson.dumps(definitions[terms[term]])
        return None


def _has_in_it(definition: bytes, said: bytes) -> bool:
    """Whether merging in once more what was said changes nothing."""
    try:
        return bool(orjson.loads(merge_definitions(definition, said)) == orjson.loads(definition))
    except (SchemaError, orjson.JSONDecodeError):
        return False

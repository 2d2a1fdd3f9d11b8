"""Statements looked up one by one, the last ones remembered."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from statements import tables
from statements.checks.log import Row, readable
from statements.flags import Flag
from statements.terms import organisation_term, posting_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column

    from statements.checks.examination import Examination
    from statements.index import Term

REMEMBERED = 10_000  # about 20 MB

_STATEMENT = tables.statement.c


class Node(NamedTuple):
    """A statement as references see it."""

    position: int
    shard: int
    id: bytes
    voids: bool
    target: bytes | None
    own_terms: dict[int, str]  # names of its terms by their key
    terms: dict[int, str]  # those of them that referrers inherit
    confined_to: int  # number of the organisation that alone it may void for; 0: anybody's


class Nodes:
    """The statements of the log that references begin, pass or end at."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._id_at = lru_cache(REMEMBERED)(self._find_id)
        self.of = lru_cache(REMEMBERED)(self._find)

    def at(self, position: int) -> Node | None:
        """The statement at a position, if there is one that can be read."""
        statement_id = self._id_at(position)
        return self.of(statement_id) if statement_id is not None else None

    def target(self, node: Node) -> Node | None:
        """The statement that one refers to, if it refers to any and that is there."""
        return self.of(node.target) if node.target is not None else None

    def _find_id(self, position: int) -> bytes | None:
        rows = self._rows(_STATEMENT.position, position, _STATEMENT.id)
        return bytes(rows[0][0]) if rows else None

    def _find(self, statement_id: bytes) -> Node | None:
        rows = self._rows(_STATEMENT.id, statement_id, *_STATEMENT)
        known = readable(Row._make(rows[0])) if rows else None
        if known is None:
            return None
        terms = [term for term, _ in known.own_terms]
        numbers = self._examination.dictionary.look_up(self._examination.connection, terms)
        row, is_confined = known.row, known.row.flags & Flag.CONFINED
        organisation = numbers.get(organisation_term(row.organisation), 0)
        return Node(
            position=row.position,
            shard=row.shard,
            id=statement_id,
            voids=bool(known.flags & Flag.VOIDING),
            target=known.target,
            own_terms=_names(known.own_terms, numbers),
            terms=_names(known.terms, numbers),
            confined_to=organisation if is_confined else 0,
        )

    def _rows(self, by: Column[Any], value: object, *columns: Column[Any]) -> list[Any]:
        return self._examination.connection.find(by, [value], *columns)


def _names(terms: Iterable[Term], numbers: dict[str, int]) -> dict[int, str]:
    """What the index has of terms, and how to call it."""
    return {
        posting_key(numbers[term], role): f"{term} ({role.name.lower()})"
        for term, role in terms
        if term in numbers
    }

"""StatementRefs: their rows, what is voided through them, and the index rows that they bring.

Each direction is checked by itself: what a statement asks for is there, and what is there is asked
for by a statement.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from statements import tables
from statements.checks.examination import Kind
from statements.checks.log import Known, Row, read_back
from statements.flags import Flag
from statements.references import MOST_STEPS, has_own
from statements.terms import ROLE_BITS, posting_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column

    from statements.checks.examination import Examination
    from statements.checks.postings import Posting

REMEMBERED = 10_000  # statements on the way of a reference

_REFERENCE = tables.reference.c
_VOIDED = tables.voided.c
_POSTING = tables.posting.c
_STATEMENT = tables.statement.c

_REFERENCES = select(
    _REFERENCE.target, _REFERENCE.position, _REFERENCE.shard, _REFERENCE.voids,
    _REFERENCE.confined_to,
)
_ONE_REFERENCE = _REFERENCES.where(
    _REFERENCE.target == bindparam("target"), _REFERENCE.position == bindparam("position")
)
_VOIDING = _REFERENCES.where(_REFERENCE.target == bindparam("target"), _REFERENCE.voids == 1)
_ALL_VOIDED = select(_VOIDED.position, _VOIDED.shard)
_ONE_VOIDED = select(_VOIDED.shard).where(_VOIDED.position == bindparam("position"))
_INHERITED = select(_POSTING.shard).where(
    _POSTING.key == bindparam("key"),
    _POSTING.position == bindparam("position"),
    _POSTING.via == bindparam("via"),
)


class Node(NamedTuple):
    """A statement on the way of a reference."""

    position: int
    shard: int
    id: bytes
    voids: bool
    target: bytes | None
    terms: dict[int, str]  # by their key


class Reference(NamedTuple):
    """A row of the table."""

    target: bytes
    position: int
    shard: int
    voids: int
    confined_to: int


class References:
    """Compares what belongs to StatementRefs with the log."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._connection = examination.connection
        self._nodes: OrderedDict[tuple[str, object], Node | None] = OrderedDict()
        self.organisations: set[int] = set()

    def check(self, known: Known) -> None:
        """What a statement with a target asks for is there."""
        position, target = known.row.position, known.target
        assert target is not None  # noqa: S101  # the caller asks for no other
        row = self._connection.row(_ONE_REFERENCE, target=target, position=position)
        if row is None:
            detail = f"the reference to {UUID(bytes=target)} is missing"
            self._examination.find(Kind.REFERENCE, position, detail)
        else:
            self._check_row(known, Reference._make(row))
        self._check_inherited(known)

    def check_tables(self) -> None:
        """What the tables have is asked for by a statement; call it when all have been read."""
        for row in self._connection.rows(_REFERENCES):
            reference = Reference._make(row)
            node = self._at(reference.position)
            if node is None or node.target != reference.target:
                detail = f"a reference to {UUID(bytes=reference.target)} that the statement has not"
                self._examination.find(Kind.REFERENCE, reference.position, detail)
        for position, shard in self._connection.rows(_ALL_VOIDED):
            self._check_voided(position, shard)

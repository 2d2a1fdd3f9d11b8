"""StatementRefs: their rows, what is voided through them, and the index rows that they bring.

Each direction is checked by itself: what a statement asks for is there, and what is there is asked
for by a statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from statements import tables
from statements.checks.examination import Kind
from statements.checks.nodes import Nodes
from statements.references import MOST_STEPS, has_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.checks.examination import Examination
    from statements.checks.nodes import Node
    from statements.checks.postings import Posting

_REFERENCES = select(*tables.reference.c)
_TO = _REFERENCES.where(tables.reference.c.target == bindparam("target"))
_FROM_TO = _TO.where(tables.reference.c.position == bindparam("position"))
_VOIDED = select(tables.voided.c.position, tables.voided.c.shard)
_VOIDED_AT = _VOIDED.where(tables.voided.c.position == bindparam("position"))
_POSTING = select(tables.posting.c.shard).where(
    tables.posting.c.key == bindparam("key"),
    tables.posting.c.position == bindparam("position"),
    tables.posting.c.via == bindparam("via"),
)


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
        self._nodes = Nodes(examination)

    def check_statement(self, position: int) -> None:
        """What a statement that refers to another one asks for is there."""
        node = self._nodes.at(position)
        if node is None or node.target is None:
            return
        row = self._connection.row(_FROM_TO, target=node.target, position=position)
        if row is None:
            detail = f"the reference to {UUID(bytes=node.target)} is missing"
            self._examination.find(Kind.REFERENCE, position, detail)
        elif node.voids:
            self._check_void(Reference._make(row))
        for via, target in self._chain(node):
            self._check_rows(node, via, target.terms)

    def check_own(self, position: int) -> None:
        """The index has what a statement itself says."""
        node = self._nodes.at(position)
        if node is not None:
            self._check_rows(node, 0, node.own_terms)

    def check_reference(self, reference: Reference) -> None:
        """What a row says is what its statement says. Call it when all statements were read."""
        node = self._nodes.at(reference.position)
        name = UUID(bytes=reference.target)
        if node is None or node.target != reference.target:
            detail = f"a reference to {name}, which the statement does not make"
        elif (reference.shard, reference.voids) != (reference.target[-1], node.voids):
            detail = f"the reference to {name} has shard {reference.shard}, voids {reference.voids}"
        elif reference.confined_to != node.confined_to:
            detail = f"the reference to {name} is confined to term {reference.confined_to}"
        else:
            return
        self._examination.find(Kind.REFERENCE, reference.position, detail)

    def check_voided(self, position: int, shard: int) -> None:
        """A statement that counts as voided is voided by another one."""
        node = self._nodes.at(position)
        if node is None:
            self._examination.find(Kind.VOIDED, position, "there is no statement to void")
        elif node.voids:
            self._examination.find(Kind.VOIDED, position, "a voiding statement cannot be voided")
        elif shard != node.shard:
            self._examination.find(Kind.VOIDED, position, f"the row has shard {shard}")
        elif not any(self._may_void(each, node) for each in self._references_to(node)):
            self._examination.find(Kind.VOIDED, position, "no statement voids it")

    def check_inherited(self, posting: Posting) -> None:
        """A row of the index that stands for another statement stands for that one."""
        node = self._nodes.at(posting.position)
        chain = self._chain(node) if node is not None and node.shard == posting.shard else ()
        far = next((target for via, target in chain if via == posting.via), None)
        if far is None or posting.key not in far.terms:
            detail = f"term {posting.number} does not come over {posting.via} references"
            self._examination.find(Kind.POSTING, posting.position, detail)

    def rows(self) -> Iterator[Reference]:
        """All references."""
        return map(Reference._make, self._connection.stream(_REFERENCES))

    def voided(self) -> Iterator[tuple[int, int]]:
        """Position and shard of all that counts as voided."""
        return ((position, shard) for position, shard in self._connection.stream(_VOIDED))

    def _check_void(self, reference: Reference) -> None:
        """The target counts as voided, if it is there and may be."""
        node = self._nodes.of(reference.target)
        if node is None or not self._may_void(reference, node):
            return
        if self._connection.row(_VOIDED_AT, position=node.position) is None:
            detail = f"it voids {UUID(bytes=node.id)}, which does not count as voided"
            self._examination.find(Kind.VOIDED, reference.position, detail)

    def _references_to(self, node: Node) -> list[Reference]:
        return [Reference._make(row) for row in self._connection.rows(_TO, target=node.id)]

    def _may_void(self, reference: Reference, node: Node) -> bool:
        """As the append decides it (Data 2.3.2), whichever of the two came first."""
        if not reference.voids or node.voids:
            return False
        confined_to = reference.confined_to
        return not confined_to or has_own(self._connection, node.position, confined_to)

    def _check_rows(self, node: Node, via: int, terms: dict[int, str]) -> None:
        """The index leads from the terms of a statement so many steps away to the first one."""
        for key, name in terms.items():
            place = {"key": key, "position": node.position, "via": via}
            if self._connection.row(_POSTING, **place) is None:
                detail = f"the index lacks {name}" + (f", {via} references away" if via else "")
                self._examination.find(Kind.POSTING, node.position, detail)

    def _chain(self, node: Node) -> Iterator[tuple[int, Node]]:
        """The statements that one leads to, each once, with the number of steps.

        As the append follows them: a cycle ends where it comes round.
        """
        seen = {node.id}
        following = self._nodes.target(node)
        for via in range(1, MOST_STEPS + 1):
            if following is None or following.id in seen:
                return
            yield via, following
            seen.add(following.id)
            following = self._nodes.target(following)

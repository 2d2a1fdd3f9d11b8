"""StatementRefs, resolved when a statement is appended, never when one is read.

"Statements that target another Statement by using a StatementRef as the Object will be returned if
the target meets the filter condition", recursively (Communication 2.1.3, filter conditions for
StatementRefs). So a referrer gets the index rows of all that it leads to, marked with the number of
steps (`via`): filters have to hold together for one statement, its own or one of those. Whichever
arrives last brings the rows, and cycles end where they began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select

from statements import tables
from statements.flags import Flag
from statements.index import Term, authority_terms, terms_of
from statements.terms import Role, is_organisation, posting_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Column

    from statements.connection import Answer, Connection

MOST_STEPS = 300
"""Longest chain followed. A chain of that many in one batch, the worst there is, holds the append
lock for a second or two; a thousand would hold it for half a minute (decision 0007)."""

_OWN_POSTING = select(tables.posting.c.position).where(
    tables.posting.c.key == bindparam("key"),
    tables.posting.c.position == bindparam("position"),
    tables.posting.c.via == 0,
)


class Node(NamedTuple):
    """A stored statement, or one about to be, as a knot in the net of references."""

    id: bytes
    position: int
    flags: Flag
    target: bytes | None
    terms: list[Term]
    confined_to: int = 0  # term number of the organisation that alone it may void for; 0: anybody's

    @property
    def voids(self) -> bool:
        """Whether it is a voiding statement."""
        return bool(self.flags & Flag.VOIDING)

    @property
    def shard(self) -> int:
        """Distribution column of the statement's rows."""
        return self.id[-1]


class Inherited(NamedTuple):
    """A term that a statement is found by since it leads to another one."""

    term: Term
    position: int
    via: int
    shard: int


class Waiting(NamedTuple):
    """A stored reference, as far as its target is concerned."""

    target: bytes
    position: int  # of the statement that refers
    voids: int
    confined_to: int


def ask_waiting(connection: Connection, ids: Iterable[bytes]) -> Answer:
    """Ask for references to some ids that came before them, as rows of what Waiting has."""
    column = tables.reference.c
    wanted = (column.target, column.position, column.voids, column.confined_to)
    return connection.ask_find(column.target, ids, *wanted)


class Net:
    """The statements being appended with all that leads to them and all that they lead to.

    Args:
        connection: under the append lock, the new references not yet written.
        fresh: the statements being appended.
        waiting: references to them that are stored already.

    """

    def __init__(self, connection: Connection, fresh: list[Node], waiting: list[Waiting]) -> None:
        self._connection = connection
        self._fresh = {node.id: node for node in fresh}
        self._nodes = dict(self._fresh)
        self._waiting = [each for each in waiting if each.target in self._fresh]
        self._load_referrers()
        self._load_targets()

    def inherited(self) -> Iterator[Inherited]:
        """Index rows that new statements bring to their referrers, and get from their targets."""
        for node in self._nodes.values():
            if node.target is not None:
                yield from self._beyond(node)

    def voided(self) -> set[tuple[int, int]]:
        """Position and shard of statements, new or old, that are voided from now on.

        The new statements' own index rows have to be written before.
        """
        voids = [(node.target, node.confined_to) for node in self._fresh.values() if node.voids]
        voids += [(each.target, each.confined_to) for each in self._waiting if each.voids]
        found = ((self._nodes.get(target or b""), confined_to) for target, confined_to in voids)
        return {
            (node.position, node.shard)
            for node, confined_to in found
            if node is not None and self._may_void(node, confined_to)
        }

    def _may_void(self, node: Node, confined_to: int) -> bool:
        """A voiding statement can't be voided (Data 2.3.2), nor can others' by a confined one."""
        if node.voids:
            return False
        return not confined_to or has_own(self._connection, node.position, confined_to)

    def _beyond(self, node: Node) -> Iterator[Inherited]:
        """Rows for what a statement leads to, from the first new statement on its way.

        What comes before that has been written before. A cycle ends where it comes round.
        """
        seen = {node.id}
        met_new = node.id in self._fresh
        target = self._target(node)
        while target is not None and target.id not in seen and len(seen) <= MOST_STEPS:
            met_new = met_new or target.id in self._fresh
            if met_new:
                for term in target.terms:
                    if not is_organisation(term[0]):
                        yield Inherited(term, node.position, len(seen), node.shard)
            seen.add(target.id)
            target = self._target(target)

    def _target(self, node: Node) -> Node | None:
        return self._nodes.get(node.target) if node.target else None

    def _load_referrers(self) -> None:
        """Load what leads to a new statement, step by step."""
        column = tables.reference.c
        positions = {each.position for each in self._waiting}
        seen = set(positions)
        for _ in range(MOST_STEPS):
            if not positions:
                return
            layer = self._load(tables.statement.c.position, positions)
            rows = self._connection.find(column.target, layer, column.position)
            positions = {row[0] for row in rows} - seen
            seen |= positions

    def _load_targets(self) -> None:
        """Load what the statements so far lead to, step by step."""
        layer = self._nodes
        for _ in range(MOST_STEPS):
            targets = {node.target for node in layer.values() if node.target} - self._nodes.keys()
            if not targets:
                return
            layer = self._load(tables.statement.c.id, targets)

    def _load(self, by: Column[Any], values: Iterable[object]) -> dict[bytes, Node]:
        column = tables.statement.c
        wanted = (column.id, column.position, column.flags, column.payload)
        rows = self._connection.find(by, values, *wanted)
        loaded = {row[0]: _node_of(*row) for row in rows}
        self._nodes |= loaded
        return loaded


def has_own(connection: Connection, position: int, number: int, role: Role = Role.DIRECT) -> bool:
    """Whether a stored statement itself has a term: an organisation's, or its authority's."""
    key = posting_key(number, role)
    return connection.row(_OWN_POSTING, key=key, position=position) is not None


def _node_of(statement_id: bytes, position: int, flags: int, payload: bytes) -> Node:
    """A node read back; what it may void was settled when it arrived."""
    statement = orjson.loads(payload)
    terms = terms_of(statement) + authority_terms(statement["authority"])
    return Node(statement_id, position, Flag(flags), target_of(statement), terms)


def target_of(statement: dict[str, Any]) -> bytes | None:
    """Id of the statement that a StatementRef in the object names, or None."""
    target = statement["object"]
    return UUID(target["id"]).bytes if target.get("objectType") == "StatementRef" else None

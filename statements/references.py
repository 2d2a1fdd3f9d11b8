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
from statements.terms import Role, posting_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Column

    from statements.database import Connection

MOST_STEPS = 1000
"""Longest chain followed; it bounds what a hostile chain can make the index grow to."""

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


class Net:
    """The stored statements and those being appended, walked along their references.

    Args:
        connection: under the append lock.
        fresh: the statements being appended, their own rows already inserted.
        given: those of their ids that a client chose, and so may have been referred to before.

    """

    def __init__(self, connection: Connection, fresh: list[Node], given: Iterable[bytes]) -> None:
        self._connection = connection
        self._fresh = {node.id: node for node in fresh}
        self._loaded: dict[bytes, Node | None] = {}
        column = tables.reference.c
        wanted = (column.target, column.position, column.voids, column.confined_to)
        self._waiting = connection.find(column.target, given, *wanted)

    def inherited(self) -> Iterator[Inherited]:
        """Index rows that new statements bring to their referrers, and get from their targets."""
        targets = {node.target for node in self._fresh.values() if node.target is not None}
        referred = targets | {row[0] for row in self._waiting}
        for node in self._fresh.values():
            if node.target is not None or node.id in referred:
                yield from self._through(node)

    def voided(self) -> set[tuple[int, int]]:
        """Position and shard of statements, new or old, that are voided from now on."""
        voids = [(n.target, n.confined_to) for n in self._fresh.values() if n.voids]
        voids += [
            (target, confined_to) for target, _, voiding, confined_to in self._waiting if voiding
        ]
        found = ((self._node(target), confined_to) for target, confined_to in voids if target)
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

    def _through(self, node: Node) -> Iterator[Inherited]:
        """Rows of every chain of references that goes through a new statement."""
        chain = list(self._targets(node))
        for referrer, steps in self._referrers(node):
            for further, target in enumerate(chain):
                if target.id == referrer.id and steps + further:
                    break  # a cycle: from here on, it leads back to itself
                if steps + further:
                    for term in target.terms:
                        yield Inherited(term, referrer.position, steps + further, referrer.shard)

    def _targets(self, node: Node) -> Iterator[Node]:
        """The statement itself and those that it leads to, in order."""
        seen: set[bytes] = set()
        following: Node | None = node
        while following is not None and following.id not in seen and len(seen) <= MOST_STEPS:
            yield following
            seen.add(following.id)
            following = self._node(following.target) if following.target else None

    def _referrers(self, node: Node) -> Iterator[tuple[Node, int]]:
        """The statement itself and those that lead to it, each with its number of steps."""
        seen = {node.id}
        layer, steps = [node], 0
        while layer and steps <= MOST_STEPS:
            for each in layer:
                yield each, steps
            layer = [each for each in self._referring_to(layer) if each.id not in seen]
            seen.update(each.id for each in layer)
            steps += 1

    def _referring_to(self, layer: list[Node]) -> list[Node]:
        ids = {node.id for node in layer}
        fresh = [node for node in self._fresh.values() if node.target in ids]
        column = tables.reference.c
        rows = self._connection.find(column.target, ids, column.position)
        return fresh + self._load(tables.statement.c.position, {row[0] for row in rows})

    def _node(self, statement_id: bytes) -> Node | None:
        if statement_id in self._fresh:
            return self._fresh[statement_id]
        if statement_id not in self._loaded:
            loaded = self._load(tables.statement.c.id, [statement_id])
            self._loaded[statement_id] = loaded[0] if loaded else None
        return self._loaded[statement_id]

    def _load(self, by: Column[Any], values: Iterable[object]) -> list[Node]:
        column = tables.statement.c
        wanted = (column.id, column.position, column.flags, column.payload)
        return [_node_of(*row) for row in self._connection.find(by, values, *wanted)]


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

"""The append: the one place where statements enter the log.

Under the append lock, in one transaction: known ids are compared, positions and `stored` are given,
and the log row, its index rows, references, voids, attachments and descriptions are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from statements import tables
from statements.admission import Admission, Outcome
from statements.clock import text_of
from statements.descriptions import Descriptions, Source
from statements.prepared import salt_and_digest
from statements.references import Net, Node
from statements.terms import (
    Dictionary,
    activity_term,
    agent_term,
    organisation_term,
    posting_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from statements.database import Connection, Database
    from statements.prepared import Prepared
    from statements.requests import AppendRequest

_HEAD = (
    select(tables.statement.c.position, tables.statement.c.stored)
    .order_by(tables.statement.c.position.desc())
    .limit(1)
)


class Head(NamedTuple):
    """The end of the log."""

    position: int  # of the last statement; 0 if there is none
    stored: int  # microseconds since 1970


def head(connection: Connection) -> Head:
    """The end of the log as this connection sees it."""
    row = connection.row(_HEAD)
    return Head(*row) if row else Head(0, 0)


class Placed(NamedTuple):
    """A statement that has its place in the log."""

    statement: Prepared
    position: int
    stored: int  # microseconds since 1970
    confined_to: str


class Appender:
    """Appends requests to a database, several in one transaction.

    Args:
        database: where to.
        dictionary: shared with the readers.

    """

    def __init__(self, database: Database, dictionary: Dictionary) -> None:
        self._database = database
        self._dictionary = dictionary
        self._descriptions = Descriptions()

    def append(self, requests: Sequence[AppendRequest]) -> list[Outcome]:
        """Outcome of each request, once durable. A refused request does not harm the others.

        Raises:
            Unavailable: the database failed; each request may be tried again as it is.

        """
        numbers: dict[str, int] = {}
        try:
            outcomes = self._database.append(lambda c, now: self._flush(c, now, requests, numbers))
        except BaseException:
            self._descriptions.forget()
            raise
        self._dictionary.remember(numbers)
        return outcomes

    def _flush(
        self,
        connection: Connection,
        now: int,
        requests: Sequence[AppendRequest],
        numbers: dict[str, int],
    ) -> list[Outcome]:
        numbers.clear()  # of an earlier try
        admission = Admission(connection, self._dictionary, requests)
        outcomes = [admission.admit(request) for request in requests]
        if admission.accepted:
            placed = _place(connection, now, admission.accepted)
            numbers |= self._dictionary.intern(connection, _terms(placed))
            _insert_statements(connection, placed)
            _insert_postings(connection, placed, numbers)
            self._insert_references(connection, placed, numbers, admission.given)
            sources = [Source(p.position, p.statement.raw, p.statement.described) for p in placed]
            self._descriptions.write(connection, sources, numbers)
        connection.insert(tables.attachment, admission.attachments(), if_absent=True)
        return outcomes

    def _insert_references(
        self,
        connection: Connection,
        placed: Iterable[Placed],
        numbers: dict[str, int],
        given: set[bytes],
    ) -> None:
        nodes = [
            Node(
                s.id,
                position,
                s.flags,
                s.target,
                s.terms,
                numbers.get(organisation_term(confined), 0),
            )
            for s, position, _, confined in placed
        ]
        net = Net(connection, nodes, given)
        references = [
            (node.target, node.position, node.target[-1], int(node.voids), node.confined_to)
            for node in nodes
            if node.target is not None
        ]
        connection.insert(tables.reference, sorted(references))
        inherited = list(net.inherited())
        old_terms = {row.term[0] for row in inherited} - numbers.keys()
        numbers |= self._dictionary.look_up(connection, old_terms)
        rows = [
            (posting_key(numbers[term], role), position, via, shard)
            for (term, role), position, via, shard in inherited
        ]
        connection.insert(tables.posting, sorted(set(rows)), if_absent=True)
        connection.insert(tables.voided, sorted(net.voided()), if_absent=True)


def _place(
    connection: Connection, now: int, accepted: Iterable[tuple[Prepared, str]]
) -> list[Placed]:
    """Give positions without a gap, and times that increase whatever the clock does."""
    last = head(connection)
    stored = max(now, last.stored + 1)
    return [
        Placed(statement, last.position + 1 + i, stored + i, confined_to)
        for i, (statement, confined_to) in enumerate(accepted)
    ]


def _terms(placed: Iterable[Placed]) -> set[str]:
    """Every term that needs a number."""
    terms: set[str] = set()
    for each in placed:
        terms.update(term for term, _ in each.statement.terms)
        terms.update(activity_term(activity) for activity in each.statement.described.definitions)
        terms.update(agent_term(ifi) for ifi, _ in each.statement.described.names)
        if each.confined_to:
            terms.add(organisation_term(each.confined_to))
    return terms


def _insert_statements(connection: Connection, placed: Iterable[Placed]) -> None:
    rows = []
    for statement, position, stored, _ in placed:
        payload = statement.payload(text_of(stored))
        salt, digest = salt_and_digest(payload)
        flags, shard = int(statement.flags), statement.id[-1]
        rows.append((position, shard, stored, flags, statement.id, salt, digest, payload))
    connection.insert(tables.statement, rows)


def _insert_postings(
    connection: Connection, placed: Iterable[Placed], numbers: dict[str, int]
) -> None:
    rows = [
        (numbers[term] << 2 | role, position, 0, statement.id[-1])
        for statement, position, _, _ in placed
        for term, role in statement.terms
    ]
    rows.sort()  # neighbours in the index go in one after the other
    connection.insert(tables.posting, rows)

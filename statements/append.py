"""The append: the one place where statements enter the log.

Under the append lock, in one transaction: known ids are compared, positions and `stored` are given,
and the log row, its index rows, references, voids, attachments and descriptions are written.
"""

from __future__ import annotations

from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from statements import tables
from statements.admission import Admission, Appended, Outcome
from statements.clock import text_of
from statements.descriptions import Descriptions, Source
from statements.flags import Flag
from statements.prepared import new_salts, salted_digest
from statements.references import Inherited, Net, Node, Waiting, ask_waiting
from statements.terms import Dictionary, Keys, organisation_term, posting_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from statements.connection import Answer, Connection, Row
    from statements.database import Database
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
    return _head_of(connection.rows(_HEAD))


def _head_of(rows: Sequence[Row]) -> Head:
    return Head(*rows[0]) if rows else Head(0, 0)


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
        return self.settle(self._database.append(self.work(lambda: requests)))

    def work(
        self, take: Callable[[], Sequence[AppendRequest]]
    ) -> Callable[[Connection, int], Flush]:
        """What is to be done under the append lock to append what `take` gives; safe to repeat.

        `take` is called with the lock held, and gives the same each time.
        """
        tries = count(1)

        def work(connection: Connection, now: int) -> Flush:
            flush = Flush(connection, self._dictionary, self._descriptions)
            return flush.run(now, take(), again=next(tries) > 1)

        return work

    def settle(self, flush: Flush) -> list[Outcome]:
        """Outcome of each request of a flush that is durable now."""
        if flush.through:
            self._dictionary.remember(flush.numbers)
            self._descriptions.confirm(flush.through)
        return flush.outcomes


class Flush:
    """One transaction of the log, under the append lock.

    `outcomes` says what became of the requests, `numbers` which terms the transaction used, and
    `through` the last position that it gave; 0 if none.
    """

    def __init__(
        self, connection: Connection, dictionary: Dictionary, descriptions: Descriptions
    ) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self._descriptions = descriptions
        self.outcomes: list[Outcome] = []
        self.numbers: dict[str, int] = {}
        self.through = 0

    def run(self, now: int, requests: Sequence[AppendRequest], *, again: bool = False) -> Flush:
        """Write all that is admitted.

        Args:
            now: microseconds since 1970.
            requests: in the order in which they are to be appended.
            again: an earlier try found an id that is known, or may have been committed itself.

        Raises:
            AlreadyThere: an id is known. Most are new, so the first try does not look for them.

        """
        admission = Admission(self._connection, self._dictionary, requests, look=again)
        outcomes = [admission.admit(request) for request in requests]
        if not again and not all(isinstance(outcome, Appended) for outcome in outcomes):
            return self.run(now, requests, again=True)  # a known statement would not be refused
        asked = self._connection.ask(_HEAD)
        if admission.accepted:
            last = self._write(asked, now, admission.accepted)
        else:
            last = _head_of(asked())
        self._connection.insert(tables.attachment, admission.attachments(), if_absent=True)
        self.outcomes = [_with_horizon(outcome, last.stored) for outcome in outcomes]
        return self

    def _write(self, asked: Answer, now: int, accepted: Sequence[tuple[Prepared, str]]) -> Head:
        """Append what was accepted behind the head that was asked for; the new head."""
        # What is read is asked for at once: then PostgreSQL is sent all that is written at once.
        # Ids that a client chose, and only those, may have been referred to before.
        given = {statement.id for statement, _ in accepted if statement.id_given}
        referrers = ask_waiting(self._connection, given)
        changes = self._descriptions.ask_changes(self._connection)
        interning = self._dictionary.intern(self._connection, _terms(accepted))
        placed = _place(_head_of(asked()), now, accepted)
        waiting = [Waiting(*row) for row in referrers()]
        referring = bool(waiting) or any(each.statement.target is not None for each in placed)
        if referring:
            self._connection.take_time()  # chains may be long
        self._descriptions.catch_up(changes(), placed[0].position)
        self.numbers = interning.numbers()
        self._write_statements(placed)
        self._write_postings(placed)
        if referring:
            self._write_references(placed, waiting)
        sources = [Source(p.position, p.statement.raw, p.statement.described) for p in placed]
        self._descriptions.write(self._connection, sources, self._numbers_of)
        self.through = placed[-1].position
        return Head(self.through, placed[-1].stored)

    def _write_statements(self, placed: Sequence[Placed]) -> None:
        salts = new_salts(len(placed))
        self._connection.insert_new(tables.statement, list(map(_row, placed, salts)))

    def _write_postings(self, placed: Iterable[Placed]) -> None:
        rows = [
            (key, position, 0, shard)
            for statement, position, _, _ in placed
            for shard in (statement.id[-1],)
            for key in self._keys(statement.keys)
        ]
        # Neighbours in the index go in one after the other; positions are in order as they are.
        rows.sort(key=itemgetter(0))
        self._connection.insert(tables.posting, rows)

    def _keys(self, keys: Keys) -> list[int]:
        if not keys.strange:
            return keys.known
        numbers = self.numbers
        return keys.known + [posting_key(numbers[term], role) for term, role in keys.strange]

    def _write_references(self, placed: Iterable[Placed], waiting: list[Waiting]) -> None:
        nodes = [self._node(each) for each in placed]
        references = [
            (node.target, node.position, node.target[-1], int(node.voids), node.confined_to)
            for node in nodes
            if node.target is not None
        ]
        net = Net(self._connection, nodes, waiting)
        self._connection.insert(tables.reference, sorted(references))
        self._write_inherited(list(net.inherited()))
        self._connection.insert(tables.voided, sorted(net.voided()), if_absent=True)

    def _write_inherited(self, inherited: Sequence[Inherited]) -> None:
        numbers = self._numbers_of({row.term[0] for row in inherited})
        rows = {
            (posting_key(numbers[term], role), position, via, shard)
            for (term, role), position, via, shard in inherited
        }
        self._connection.insert(tables.posting, sorted(rows), if_absent=True)

    def _numbers_of(self, terms: set[str]) -> dict[str, int]:
        """Numbers of terms that have one, beside those met before in this flush."""
        # A set less a view of keys goes through all the keys: many, and for each statement.
        unknown = {term for term in terms if term not in self.numbers}
        if unknown:
            self.numbers |= self._dictionary.look_up(self._connection, unknown)
        return self.numbers

    def _node(self, placed: Placed) -> Node:
        statement, position, _, confined_to = placed
        organisation = self.numbers.get(organisation_term(confined_to), 0)
        return Node(
            statement.id, position, statement.flags, statement.target, statement.terms, organisation
        )


def _with_horizon(outcome: Outcome, stored: int) -> Outcome:
    return outcome._replace(horizon=stored) if isinstance(outcome, Appended) else outcome


def _row(placed: Placed, salt: bytes) -> Row:
    """The statement's row of the log."""
    statement, position, stored, confined_to = placed
    payload = statement.payload(text_of(stored))
    flags = int(statement.flags | Flag.CONFINED) if confined_to else int(statement.flags)
    head = (position, statement.id[-1], stored, flags, statement.id)
    return (*head, salt, salted_digest(salt, payload), statement.organisation, payload)


def _place(last: Head, now: int, accepted: Iterable[tuple[Prepared, str]]) -> list[Placed]:
    """Give positions without a gap, and times that increase whatever the clock does."""
    stored = max(now, last.stored + 1)
    return [
        Placed(statement, last.position + 1 + i, stored + i, confined_to)
        for i, (statement, confined_to) in enumerate(accepted)
    ]


def _terms(accepted: Iterable[tuple[Prepared, str]]) -> set[str]:
    """Every term whose number is asked for under the lock: new ones need one."""
    terms: set[str] = set()
    for statement, confined_to in accepted:
        terms.update(term for term, _ in statement.keys.strange)
        if confined_to:
            terms.add(organisation_term(confined_to))
    return terms

"""The records as the log stood at a position: folded again for some learners, into a store apart.

What is asked of the records is asked of that store in the same way. The directory, the catalogue
and the badges are those of now.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from projections import tables
from projections.history import History
from projections.runner.desk import Desk
from projections.runner.ledger import EVENTS, Checkpoint, read_ledger, write_ledger
from statements.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table

    from projections.runner.desk import Reference
    from projections.work import Projection
    from statements.connection import Connection
    from statements.database import Database

CHUNK_LEARNERS = 500
_EVERY_LEARNER = select(tables.learner.c.number)
_COUNT = select(func.count()).where(tables.event.c.identity == bindparam("identity"))


class TooMuch(StoreError):
    """More events would have to be folded than a request may cost."""


class NotYet(StoreError):
    """The records are not folded up to that position."""


class Past:
    """Folds records as they were.

    Args:
        projections: all of them, in order.
        reference: what to go by.
        gap: microseconds without a statement that end a connection.
        most_events: that are folded for one store.

    """

    def __init__(
        self, projections: Sequence[Projection], reference: Reference, gap: int, most_events: int
    ) -> None:
        self._projections = projections
        self._reference = reference
        self._gap = gap
        self._most_events = most_events

    def fold(
        self, records: Connection, into: Database, position: int, learners: Sequence[int] | None
    ) -> None:
        """Fill an empty store with the records of some learners, or of all.

        Args:
            records: a snapshot of the records of now.
            into: the store, its tables made.
            position: of the log.
            learners: their numbers; None for all.

        Raises:
            TooMuch: they have more events than may be folded.
            NotYet: the records are behind that position.

        """
        if read_ledger(records).get(EVENTS, Checkpoint(EVENTS, "")).position < position:
            raise NotYet(f"the records are not folded up to position {position} yet")
        if learners is None:
            learners = [number for (number,) in records.rows(_EVERY_LEARNER)]
        self._refuse_too_many(records, learners)
        into.write(lambda connection: self._fill(records, connection, position, learners))

    def _refuse_too_many(self, records: Connection, learners: Sequence[int]) -> None:
        column = tables.identity.c
        left = self._most_events
        for (identity,) in records.find(column.learner, learners, column.number):
            left -= records.rows(_COUNT, identity=identity)[0][0]
            if left < 0:
                raise TooMuch(
                    f"more than {self._most_events:,} events would have to be folded again: "
                    "ask for fewer learners"
                )

    def _fill(
        self, records: Connection, past: Connection, position: int, learners: Sequence[int]
    ) -> None:
        for table in (tables.activity, tables.place, tables.crowd):
            _copy(past, table, records.stream(select(*table.columns)))
        keys = [(learner,) for learner in learners]
        _copy(past, tables.learner, iter(records.fetch(tables.learner, keys)))
        column = tables.identity.c
        identities = records.find(column.learner, learners, *column)
        _copy(past, tables.identity, iter(identities))
        desk = Desk(self._reference, self._gap)
        history = History(records, tables.event, desk.people, desk.places, position)
        for start in range(0, len(learners), CHUNK_LEARNERS):
            histories = history.of(learners[start : start + CHUNK_LEARNERS])
            work = desk.work(past, history, set(), 1, defaultdict(set))
            for projection in self._projections:
                projection.refold(work, histories)
        names = [EVENTS, *(each.name for each in self._projections)]
        write_ledger(past, [Checkpoint(name, "", position) for name in names])


def _copy(past: Connection, table: Table, rows: Iterator[tuple[object, ...]]) -> None:
    past.replace(table, list(rows))

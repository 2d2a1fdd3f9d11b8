"""The records store as the event loop sees it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from lrs.errors import NoRecords
from lrs.records.catalogue import NoCatalogue
from lrs.threads import Threads
from projections.queries.state import State, read_state
from statements.database import TakesTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.records.catalogue import Catalogue
    from projections.queries.as_of import AsOf
    from statements.database import Connection, Database

T = TypeVar("T")

READING_THREADS = 2  # reports may take their time, and statements are read by other threads


class Records:
    """Asynchronous access to the read models; nothing is opened before somebody asks.

    Args:
        open_database: opens the records store.
        catalogue: of courses.
        as_of: folds records as they were, if that is built in.

    """

    def __init__(
        self,
        open_database: Callable[[], Database],
        catalogue: Catalogue | None = None,
        as_of: AsOf | None = None,
    ) -> None:
        self.catalogue = catalogue or NoCatalogue()
        self.as_of = as_of
        self._open = open_database
        self._guard = threading.Lock()
        self._database: Database | None = None
        self._reading: Threads | None = None
        self._is_there = False

    async def read(self, work: Callable[[Connection, State], T]) -> T:
        """Result of `work`, at once if that takes no time.

        Raises:
            NoRecords: nothing was folded yet.
            StoreError: the store does not answer, or too many ask.

        """
        database = self._started()

        def whole(connection: Connection) -> T:
            return work(connection, self._state(database, connection))

        if database.local:
            with suppress(TakesTime):
                return database.read_at_once(whole)
        assert self._reading is not None  # noqa: S101  # started with the database
        return await self._reading.run(lambda: database.read(whole))

    def close(self) -> None:
        """End the threads and close every connection."""
        if self._database is not None and self._reading is not None:
            self._reading.close()
            self._database.close()

    def _started(self) -> Database:
        with self._guard:
            if self._database is None:
                self._reading = Threads(READING_THREADS, "records-reader")
                self._database = self._open()
            return self._database

    def _state(self, database: Database, connection: Connection) -> State:
        self._is_there = self._is_there or database.has_table(connection, "projection")
        state = read_state(connection) if self._is_there else None
        if state is None:
            raise NoRecords
        return state

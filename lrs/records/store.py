"""The records store as the event loop sees it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from lrs.errors import Forbidden, NoRecords
from lrs.records.catalogue import StoredCatalogue
from lrs.threads import Threads
from projections.queries.state import State, read_state
from statements.connection import TakesTime
from statements.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.records.catalogue import Catalogue
    from lrs.records.past import AsOf, Times
    from statements.connection import Connection
    from statements.database import Database

T = TypeVar("T")

_MAY_NOT = (
    "the server's database role may not change reference data: run lrs migrate --grant again, or"
    " use the lrs command as the owner"
)
READING_THREADS = 2  # reports may take their time, and statements are read by other threads


class Records:
    """Asynchronous access to the read models; nothing is opened before somebody asks.

    Args:
        open_database: opens the records store.
        times: folds the past.
        catalogue: of courses, if it is not the one that was imported into the store.

    """

    def __init__(
        self,
        open_database: Callable[[], Database],
        times: Times,
        catalogue: Catalogue | None = None,
    ) -> None:
        self._stored = StoredCatalogue()
        self.catalogue: Catalogue = catalogue or self._stored
        self._times = times
        self._open = open_database
        self._guard = threading.Lock()
        self._database: Database | None = None
        self._reading: Threads | None = None
        self._writing: Threads | None = None
        self._is_there = False

    async def read(self, work: Callable[[Connection, State], T], as_of: AsOf | None = None) -> T:
        """Result of `work`, at once if that takes no time; on the records of the past if wanted.

        Raises:
            NoRecords: nothing was folded yet.
            StoreError: the store does not answer, or too many ask.

        """
        database, reading, _ = await self._opened()

        def whole(connection: Connection) -> T:
            return work(connection, self._state(database, connection))

        if as_of is not None:
            return await reading.run(lambda: self._times.read(database, as_of, work))
        if database.local:
            with suppress(TakesTime):
                return database.read_at_once(whole)
        return await reading.run(lambda: database.read(whole))

    async def look_up(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` on one state of the store, whether anything was folded or not.

        Raises:
            StoreError: the store does not answer, or too many ask.

        """
        database, reading, _ = await self._opened()
        return await reading.run(lambda: database.snapshot(work))

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Result of `work`, which takes a few look-ups, whatever is folded.

        Raises:
            NoRecords: there are no tables yet.
            StoreError: the store does not answer, or too many ask.

        """
        database, reading, _ = await self._opened()

        def whole(connection: Connection) -> T:
            self._demand_tables(database, connection)
            return work(connection)

        return await reading.run(lambda: database.read(whole))

    async def change(self, work: Callable[[Database], T]) -> T:
        """Result of `work`, which changes reference data, one change after the other.

        Raises:
            Forbidden: the database's role may not change them.
            StoreError: the store does not answer, or too many write.

        """
        database, _, writing = await self._opened()
        try:
            return await writing.run(lambda: work(database))
        except Denied as error:
            raise Forbidden(_MAY_NOT) from error

    def close(self) -> None:
        """End the threads and close every connection."""
        for threads in (self._reading, self._writing):
            if threads is not None:
                threads.close()
        if self._database is not None:
            self._database.close()

    async def _opened(self) -> tuple[Database, Threads, Threads]:
        """The store, and the threads that read and write."""
        if self._database is None:
            await asyncio.to_thread(self._start)
        assert self._database is not None  # noqa: S101  # it was started
        assert self._reading is not None  # noqa: S101  # before the database was set
        assert self._writing is not None  # noqa: S101  # likewise
        return self._database, self._reading, self._writing

    def _start(self) -> None:
        with self._guard:
            if self._database is None:
                opened = self._open()
                self._reading = Threads(READING_THREADS, "records-reader")
                self._writing = Threads(1, "records-writer")
                self._database = opened

    def _state(self, database: Database, connection: Connection) -> State:
        self._demand_tables(database, connection)
        state = read_state(connection)
        if state is None:
            raise NoRecords
        if self.catalogue is self._stored:
            self._stored.follow(connection)
        return state

    def _demand_tables(self, database: Database, connection: Connection) -> None:
        self._is_there = self._is_there or database.has_table(connection, "projection")
        if not self._is_there:
            raise NoRecords

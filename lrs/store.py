"""The store as the event loop sees it: the writer's queue, and reads that never block the loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

from lrs.threads import Threads
from statements.admission import Appended
from statements.append import Appender
from statements.clock import text_of
from statements.credentials import Credentials
from statements.horizon import Horizon
from statements.migrate import require_current
from statements.terms import Dictionary
from statements.upkeep import Upkeep
from statements.writer import Failed, Flush, Limits, Writer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from statements.connection import Connection, Read
    from statements.credentials import Credential
    from statements.database import Database
    from statements.requests import AppendRequest

T = TypeVar("T")

WRITING_THREADS = 2  # one prepares while the other commits
APPENDING_THREADS = 1  # for what would keep the event loop waiting; the lock lets one in


class Store:
    """Asynchronous access to the statements of one database.

    Args:
        database: migrated.
        read_threads: reads that run at the same time, in threads where they need any.
        limits: of the writer's queue.
        observe: called with each flush.

    """

    def __init__(
        self,
        database: Database,
        read_threads: int,
        limits: Limits,
        observe: Callable[[Flush], None] = lambda flush: None,  # noqa: ARG005
    ) -> None:
        self.database = database
        self.dictionary = Dictionary()
        self.credentials = Credentials(database)
        self._appending = Threads(APPENDING_THREADS, "writer")
        self._appends = database.appends(self._appending.run)
        appender = Appender(database, self.dictionary)
        self.writer = Writer(appender, self._appends, limits, self._observe)
        self._upkeep = Upkeep(database, self.dictionary.memory)
        self._observed = observe
        self._horizon = Horizon(database)
        self._reading = Threads(read_threads, "reader")
        self._reads = database.reads(read_threads, self._reading.run)
        self._writing = Threads(WRITING_THREADS, "document-writer")

    async def start(self) -> None:
        """Start the threads; call it in the event loop that will use the store."""
        self._upkeep.start()
        threading.Thread(target=self.credentials.listen, name="credentials", daemon=True).start()

    async def stop(self) -> None:
        """Write what is waiting, then close every connection."""
        await self.writer.close()
        await asyncio.to_thread(self._upkeep.close)
        self._reads.close()
        self._appends.close()
        self._reading.close()
        self._appending.close()
        self._writing.close()
        self.database.close()

    async def append(self, request: AppendRequest) -> Appended:
        """Append all statements of a request, durably.

        Raises:
            StoreError: they were refused, or can't be taken now.

        """
        outcome = await self.writer.append(request)
        if isinstance(outcome, Appended):
            self._horizon.raise_to(outcome.horizon)
            return outcome
        raise outcome.error if isinstance(outcome, Failed) else outcome

    async def write(self, work: Callable[[], T]) -> T:
        """Result of `work`, a transaction beside the log, in a thread that may wait for its turn.

        Those threads are others than the readers': reads never queue behind writes.

        Raises:
            Overloaded: too many are waiting for a thread.

        """
        return await self._writing.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` on a reading connection.

        Raises:
            Overloaded: too many are waiting for their turn.

        """
        return await self._reads.run(lambda read: read(work))

    def read_with_horizon(
        self, work: Callable[[Connection], T], at_least: int = 0
    ) -> Awaitable[tuple[T, int]]:
        """Result of `work`, and the time up to which it has seen all that is stored.

        Times are in microseconds since 1970; `at_least` is one that the client knows of.
        """

        def whole(read: Read) -> tuple[T, int]:
            horizon = self._horizon.look(read, at_least)
            return read(work), horizon

        return self._reads.run(whole)

    async def require_current(self) -> None:
        """Raise SchemaOutdated if a migration is pending, or what keeps it from being told."""
        await self._reads.run(lambda read: require_current(self.database, read))

    async def credential(self, key: str) -> Credential | None:
        """The credential with this key, whatever its state, if `credentials` does not recall it."""
        return await self._reads.run(lambda read: self.credentials.find(key, read))

    async def horizon(self) -> str:
        """A time up to which all that is stored can be read (ISO 8601)."""
        _, horizon = await self.read_with_horizon(lambda _: None)
        return text_of(horizon)

    def _observe(self, flush: Flush) -> None:
        """Pass on what the writer tells of a flush."""
        self._upkeep.note(flush.statements)
        self._observed(flush)

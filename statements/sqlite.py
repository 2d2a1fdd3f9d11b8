"""SQLite: one file, write-ahead log, one writer at a time."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from typing_extensions import override

from statements.clock import now
from statements.connection import Connection, Held, TakesTime
from statements.database import Database, tried_twice
from statements.errors import Unavailable
from statements.file_lock import FileLock
from statements.loops import Appends, Reads
from statements.sqlite_connection import (
    PAGE_BYTES,
    READER_CACHE_KIB,
    WRITER_CACHE_KIB,
    HurriedConnection,
    SQLiteConnection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from statements.connection import Read
    from statements.loops import InThread

T = TypeVar("T")

LOOK_SECONDS = 0.001  # as short as the loop's clock can
LOOKS = 50
"""After these a thread stands in line: it can't be overtaken by one that looks more often."""

DIALECT = sqlite.dialect(paramstyle="named")

_TABLE = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")


@contextmanager
def _at_once(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock; Held if somebody else does."""
    if not lock.acquire(blocking=False):
        raise Held
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable for what the file or the disk refuses; a wrong command is a bug."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        _translate(error)


def _translate(error: sqlite3.DatabaseError) -> NoReturn:
    if isinstance(error, sqlite3.OperationalError):
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise error
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TakesTime from error
    elif type(error) is not sqlite3.DatabaseError:
        raise error
    raise Unavailable(str(error)) from error  # or the file is damaged, or none of SQLite's


class AtOnce(Reads):
    """Reads in the event loop itself; in a thread, if they turn out to take long."""

    def __init__(self, database: SQLite, in_thread: InThread) -> None:
        self._database = database
        self._in_thread = in_thread

    @override
    async def run(self, work: Callable[[Read], T]) -> T:
        try:
            return work(self._database.read_at_once)
        except TakesTime:
            pass
        return await self._in_thread(lambda: work(self._database.read))

    @override
    def close(self) -> None:
        pass  # they use the database's own connections


class AppendsAtOnce(Appends):
    """Appends in the event loop itself. While somebody else appends, it looks again soon."""

    def __init__(self, database: SQLite, in_thread: InThread) -> None:
        super().__init__(database.append, in_thread)
        self._append_at_once = database.append_at_once

    @override
    async def soon(self, work: Callable[[Connection, int], T]) -> T:
        for _ in range(LOOKS):
            with suppress(Held):
                return self._append_at_once(work)
            await asyncio.sleep(LOOK_SECONDS)
        raise Held


class SQLite(Database):
    """The store in one SQLite file.

    Args:
        path: of the file; made if it is not there.
        clock: microseconds since 1970.
        durable: whether a commit has to survive the loss of power.

    """

    name = "sqlite"
    local = True

    def __init__(self, path: str, clock: Callable[[], int] = now, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._clock = clock
        self._file_lock = FileLock(Path(path + "-lock"))
        self._local = threading.local()
        self._opened: list[SQLiteConnection] = []
        self._write_lock = threading.Lock()  # SQLite's own lock only polls; these queue
        self._writer: SQLiteConnection | None = None

    @override
    def missing(self) -> str:
        try:
            Path(self.path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return self.path
        except OSError:
            pass  # opening it says what is wrong
        return ""

    @override
    def read(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            return work(self._reader())

    @override
    def read_at_once(self, work: Callable[[Connection], T]) -> T:
        try:  # as `_translated` does, which costs a small read too much
            return work(self._hurried())
        except sqlite3.DatabaseError as error:
            _translate(error)

    @override
    def reads(self, most: int, in_thread: InThread) -> Reads:
        return AtOnce(self, in_thread)

    @override
    def stamp(self) -> int | None:
        with _translated():
            return int(self._hurried().raw.execute("PRAGMA data_version").fetchone()[0])

    @override
    def append(self, work: Callable[[Connection, int], T]) -> T:
        return tried_twice(lambda: self.write(self._timed(work)))

    def append_at_once(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work`, as `append` has it.

        Raises:
            Held: somebody else writes.
            TakesTime: there is more to do than what takes some milliseconds.

        """
        with _translated(), _at_once(self._write_lock), self._file_lock.exclusive(at_once=True):
            connection = self._writing()
            connection.hurry(is_hurried=True)
            return tried_twice(lambda: self._transaction(connection, self._timed(work)))

    @override
    def appends(self, in_thread: InThread) -> Appends:
        return AppendsAtOnce(self, in_thread)

    @override
    def quiet_since(self, read: Read | None = None) -> int | None:
        return self._file_lock.look(self._clock())

    @override
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        with _translated(), self._write_lock, self._file_lock.exclusive():
            connection = self._writing()
            connection.hurry(is_hurried=False)
            return self._transaction(connection, work)

    @override
    def alone(self, doing: bytes) -> AbstractContextManager[bool]:
        return self._file_lock.alone(doing)

    @override
    def snapshot(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            connection = self._open(READER_CACHE_KIB)
            try:
                return self._transaction(connection, work, "BEGIN")
            finally:
                self._opened.remove(connection)
                connection.raw.close()

    @override
    def has_table(self, connection: Connection, name: str) -> bool:
        return connection.row(_TABLE, name=name) is not None

    @override
    def listen(self, channel: str, begin: Callable[[], None]) -> Iterator[str]:
        return iter(())

    @override
    def size_bytes(self) -> int:
        files = (Path(self.path + suffix) for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    @override
    def checkpoint(self) -> None:
        with _translated():
            self._reader().raw.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @override
    def close(self) -> None:
        self.closed = True
        with self._write_lock:
            for connection in self._opened:
                connection.raw.close()
            self._opened.clear()
            self._file_lock.close()
            self._writer = None
            self._local = threading.local()

    def _transaction(
        self,
        connection: SQLiteConnection,
        work: Callable[[Connection], T],
        begin: str = "BEGIN IMMEDIATE",
    ) -> T:
        connection.begin(begin)
        try:
            result = work(connection)
            connection.raw.execute("COMMIT")
        except BaseException:
            if connection.raw.in_transaction:
                connection.raw.execute("ROLLBACK")
            raise
        return result

    def _timed(self, work: Callable[[Connection, int], T]) -> Callable[[Connection], T]:
        return lambda connection: work(connection, self._time_to_store())

    def _time_to_store(self) -> int:
        """Now, and in any case later than what `quiet_since` has promised to be complete."""
        return max(self._clock(), self._file_lock.last_seen_free() + 1)

    def _reader(self) -> SQLiteConnection:
        reader: SQLiteConnection | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._open(READER_CACHE_KIB)
            reader.raw.execute("PRAGMA query_only = ON")
            self._local.reader = reader
        return reader

    def _hurried(self) -> HurriedConnection:
        hurried: HurriedConnection | None = getattr(self._local, "hurried", None)
        if hurried is None:
            hurried = HurriedConnection(self.path, READER_CACHE_KIB)
            hurried.raw.execute("PRAGMA query_only = ON")
            self._opened.append(hurried)
            self._local.hurried = hurried
        hurried.begin_read()
        return hurried

    def _writing(self) -> SQLiteConnection:
        if self._writer is None:
            self._writer = self._open(WRITER_CACHE_KIB)
            self._writer.raw.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a file that is new
            self._writer.raw.execute("PRAGMA journal_mode = WAL")
        return self._writer

    def _open(self, cache_kib: int) -> SQLiteConnection:
        connection = SQLiteConnection(self.path, cache_kib, durable=self._durable)
        self._opened.append(connection)
        return connection

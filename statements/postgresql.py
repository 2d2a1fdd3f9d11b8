"""PostgreSQL: several servers may append; an advisory lock gives them one order."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import psycopg
from sqlalchemy import text
from typing_extensions import override

from statements.connection import Connection, TakesTime
from statements.database import Database, tried_twice
from statements.errors import Unavailable
from statements.loops import Appends
from statements.postgresql_connection import PLANS, PostgreSQLConnection
from statements.postgresql_faults import retried, translated
from statements.postgresql_reads import LoopConnection, LoopReads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.connection import Read
    from statements.loops import InThread, Reads

T = TypeVar("T")

APPEND_LOCK = 0x76696C6C65  # "ville": the lock under which positions are given
# A writer says something to the database every few milliseconds. One that is silent for this long
# has stopped, or can't get through, and gives up the lock that others wait for; if it only
# stumbled, it does its transaction again.
WRITE_IDLE_SECONDS = 5
LISTEN_SECONDS = 1  # how often a listener looks whether the database is being closed
_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_LOCK = (  # the limit holds for this transaction: an export is idle for as long as its reader
    "SELECT pg_advisory_xact_lock({key}),"
    f" set_config('idle_in_transaction_session_timeout', '{WRITE_IDLE_SECONDS}s', true),"
    f" {_NOW}"  # once the lock is held; the server's clock, since several hosts may append
)
_QUIET = text(  # a standby knows nothing of locks on the primary, nor what is on its way from there
    f"SELECT {_NOW}, pg_try_advisory_xact_lock_shared({APPEND_LOCK}) AND NOT pg_is_in_recovery()"
)
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_TABLE = text("SELECT 1 WHERE to_regclass(:name) IS NOT NULL")
_SIZE = text("SELECT pg_database_size(current_database())")


def _key_of(name: bytes) -> int:
    """Number of an advisory lock."""
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)


class AppendConnection(LoopConnection):
    """A connection for what keeps the event loop waiting for some milliseconds at most."""

    @override
    def take_time(self) -> None:
        raise TakesTime


class LoopAppends(Appends):
    """Appends in a greenlet, one after the other."""

    def __init__(self, database: PostgreSQL, connection: LoopReads, in_thread: InThread) -> None:
        super().__init__(database.append, in_thread)
        self._append_on = database.append_on
        self._connection = connection

    @override
    async def soon(self, work: Callable[[Connection, int], T]) -> T:
        def locked(connection: Connection) -> T:
            assert isinstance(connection, AppendConnection)  # noqa: S101  # it has no others
            return self._append_on(connection, work)

        return await self._connection.run(lambda use: use(locked))

    @override
    def close(self) -> None:
        self._connection.close()


class PostgreSQL(Database):
    """The store in a PostgreSQL database."""

    name = "postgresql"
    local = False

    def __init__(self, url: str, schema: str = "") -> None:
        self._url = url
        self._place = f"-c search_path={schema}" if schema else ""
        self._settings = f"{PLANS} {self._place}"  # of connections that serve
        self._local = threading.local()
        self._opened: set[PostgreSQLConnection] = set()
        self._guard = threading.Lock()

    @override
    def read(self, work: Callable[[Connection], T]) -> T:
        return retried(self._mine, work)

    @override
    def read_at_once(self, work: Callable[[Connection], T]) -> T:
        raise TakesTime

    @override
    def reads(self, most: int, in_thread: InThread) -> Reads:
        return LoopReads(lambda: LoopConnection(self._url, self._settings), most, in_thread)

    @override
    def append(self, work: Callable[[Connection, int], T]) -> T:
        return retried(self._mine, lambda connection: self.append_on(connection, work))

    @override
    def appends(self, in_thread: InThread) -> Appends:
        def open_() -> LoopConnection:
            return AppendConnection(self._url, self._settings)

        return LoopAppends(self, LoopReads(open_, 1, in_thread), in_thread)

    def append_on(
        self, connection: PostgreSQLConnection, work: Callable[[Connection, int], T]
    ) -> T:
        """Result of `work`, as `append` has it, on this connection."""
        return tried_twice(lambda: self._locked(connection, APPEND_LOCK, work))

    @override
    def quiet_since(self, read: Read | None = None) -> int | None:
        now, free = (read or self.read)(lambda connection: connection.rows(_QUIET))[0]
        return now - 1 if free else None  # an append may begin in this very microsecond

    @override
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        key = _key_of(lock)

        def locked(connection: PostgreSQLConnection) -> T:
            return self._locked(connection, key, lambda connection, _: work(connection))

        return retried(self._mine, locked, repeatable=False)

    @override
    @contextmanager
    def alone(self, doing: bytes) -> Iterator[bool]:
        key = _key_of(doing)
        is_alone = bool(self.read(lambda connection: connection.rows(_TRY_LOCK, key=key))[0][0])
        try:
            yield is_alone
        finally:
            if is_alone:  # if the connection has broken since, it is not held any more
                self.read(lambda connection: connection.rows(_UNLOCK, key=key))

    @override
    def snapshot(self, work: Callable[[Connection], T]) -> T:
        with translated():
            connection = self._open()
            try:
                with connection.raw.transaction():
                    connection.script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    return work(connection)
            finally:
                self._discard(connection)

    @override
    def has_table(self, connection: Connection, name: str) -> bool:
        return connection.row(_TABLE, name=name) is not None

    @override
    def listen(self, channel: str, begin: Callable[[], None]) -> Iterator[str]:
        try:
            connection = self._open()
            try:
                connection.script(f"LISTEN {channel}")
                begin()
                while not self.closed:
                    for notice in connection.raw.notifies(timeout=LISTEN_SECONDS):
                        yield notice.payload
            finally:
                self._discard(connection)
        except psycopg.Error as error:
            raise Unavailable(" ".join(str(error).split())) from error

    @override
    def size_bytes(self) -> int:
        return int(self.read(lambda connection: connection.rows(_SIZE))[0][0])

    @override
    def close(self) -> None:
        self.closed = True
        with self._guard:
            for connection in self._opened:
                connection.raw.close()
            self._opened.clear()

    def _locked(
        self, connection: PostgreSQLConnection, key: int, work: Callable[[Connection, int], T]
    ) -> T:
        with connection.transaction(_LOCK.format(key=key)) as row:
            return work(connection, int(row[-1] or 0))

    def _mine(self) -> PostgreSQLConnection:
        connection: PostgreSQLConnection | None = getattr(self._local, "connection", None)
        if connection is not None and connection.raw.closed:
            self._discard(connection)
            connection = None
        if connection is None:
            connection = self._local.connection = self._open(self._settings)
        return connection

    def _open(self, settings: str = "") -> PostgreSQLConnection:
        connection = PostgreSQLConnection(self._url, settings or self._place)
        with self._guard:
            self._opened.add(connection)
        return connection

    def _discard(self, connection: PostgreSQLConnection) -> None:
        with self._guard:
            self._opened.discard(connection)
        connection.raw.close()

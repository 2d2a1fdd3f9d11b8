"""PostgreSQL: several servers may append; an advisory lock gives them one order."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import psycopg
from sqlalchemy import text
from typing_extensions import override

from statements.database import Connection, Database, TakesTime
from statements.errors import Denied, Unavailable
from statements.postgresql_connection import PLANS, PostgreSQLConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


T = TypeVar("T")

_BROKEN = (
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # silent for longer than a writer may be
)
_NOT_OURS = (  # what the operator has to mend, not the programmer
    *_BROKEN,
    psycopg.errors.ReadOnlySqlTransaction,  # a standby, after a failover
    psycopg.errors.InternalError_,  # PostgreSQL's word for a quota, a file's limit, a wrecked file
)
APPEND_LOCK = 0x76696C6C65  # "ville": the lock under which positions are given
# A writer says something to the database every few milliseconds. One that is silent for this long
# has stopped, or can't get through, and gives up the lock that others wait for; if it only
# stumbled, it does its transaction again.
WRITE_IDLE_SECONDS = 5
LISTEN_SECONDS = 1  # how often a listener looks whether the database is being closed
_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_LOCK = text(  # the limit holds for this transaction: an export is idle for as long as its reader
    "SELECT pg_advisory_xact_lock(CAST(:key AS bigint)),"
    f" set_config('idle_in_transaction_session_timeout', '{WRITE_IDLE_SECONDS}s', true),"
    f" {_NOW}"  # once the lock is held; the server's clock, since several hosts may append
)
_QUIET = text(  # a standby knows nothing of locks on the primary, nor what is on its way from there
    f"SELECT {_NOW}, pg_try_advisory_xact_lock_shared({APPEND_LOCK}) AND NOT pg_is_in_recovery()"
)
_TABLE = text("SELECT 1 WHERE to_regclass(:name) IS NOT NULL")
_SIZE = text("SELECT pg_database_size(current_database())")


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable for what is wrong with the server or the way to it."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise Denied(" ".join(str(error).split())) from error
    except _NOT_OURS as error:
        raise Unavailable(" ".join(str(error).split())) from error


class PostgreSQL(Database):
    """The store in a PostgreSQL database."""

    name = "postgresql"
    local = False

    def __init__(self, url: str, schema: str = "") -> None:
        self._url = url
        self._place = f"-c search_path={schema}" if schema else ""
        self._local = threading.local()
        self._opened: set[PostgreSQLConnection] = set()
        self._guard = threading.Lock()

    @override
    def read(self, work: Callable[[Connection], T]) -> T:
        return self._retried(work)

    @override
    def read_at_once(self, work: Callable[[Connection], T]) -> T:
        raise TakesTime

    @override
    def append(self, work: Callable[[Connection, int], T]) -> T:
        return self._retried(lambda connection: self._locked(connection, APPEND_LOCK, work))

    @override
    def quiet_since(self) -> int | None:
        now, free = self.read(lambda connection: connection.rows(_QUIET))[0]
        return now - 1 if free else None  # an append may begin in this very microsecond

    @override
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        key = int.from_bytes(blake2b(lock, digest_size=8).digest(), "big", signed=True)

        def locked(connection: PostgreSQLConnection) -> T:
            return self._locked(connection, key, lambda connection, _: work(connection))

        return self._retried(locked, repeatable=False)

    @override
    def snapshot(self, work: Callable[[Connection], T]) -> T:
        with _translated():
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
        connection.committing = False
        with connection.raw.transaction():
            now = connection.rows(_LOCK, key=key)[0][-1]
            result = work(connection, now)
            connection.committing = True
        return result

    def _retried(self, work: Callable[[PostgreSQLConnection], T], *, repeatable: bool = True) -> T:
        """Result of `work`, tried again on a new connection if the old one turns out to be broken.

        Work that is not repeatable is tried again only if its commit was not yet asked for.
        """
        with _translated():
            connection = self._mine()
            try:
                return work(connection)
            except _BROKEN:
                unknown = connection.committing and not repeatable
                if unknown or not connection.raw.broken:
                    raise
            return work(self._mine())

    def _mine(self) -> PostgreSQLConnection:
        connection: PostgreSQLConnection | None = getattr(self._local, "connection", None)
        if connection is not None and connection.raw.closed:
            self._discard(connection)
            connection = None
        if connection is None:
            connection = self._local.connection = self._open(PLANS)
        return connection

    def _open(self, settings: str = "") -> PostgreSQLConnection:
        connection = PostgreSQLConnection(self._url, f"{settings} {self._place}")
        with self._guard:
            self._opened.add(connection)
        return connection

    def _discard(self, connection: PostgreSQLConnection) -> None:
        with self._guard:
            self._opened.discard(connection)
        connection.raw.close()

"""PostgreSQL: several servers may append; an advisory lock gives them one order."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import BigInteger, LargeBinary, SmallInteger, String
from typing_extensions import override

from statements.database import Connection, Database, Row, TakesTime, render
from statements.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

T = TypeVar("T")

DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
ARRAYS = {
    BigInteger: "bigint[]",
    SmallInteger: "smallint[]",
    LargeBinary: "bytea[]",
    String: "text[]",
}

_BROKEN = (
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # silent for longer than a writer may be
)
_NOT_OURS = (  # what the operator has to mend, not the programmer
    *_BROKEN,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,  # a standby, after a failover
    psycopg.errors.InternalError_,  # PostgreSQL's word for a quota, a file's limit, a wrecked file
)
APPEND_LOCK = 0x76696C6C65  # "ville": the lock under which positions are given
CONNECT_TIMEOUT_SECONDS = 5
LOCK_TIMEOUT_SECONDS = 20  # an append holds the lock for milliseconds
# A writer that is silent for this long has stopped, or can't get through, and loses the lock that
# others wait for; if it only stumbled, it does its transaction again.
WRITE_IDLE_SECONDS = 5
# A peer that vanished without a word is noticed within a quarter of a minute, a listener's too.
KEEPALIVE: dict[str, Any] = {"keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3}
UNACKNOWLEDGED_MILLISECONDS = 15_000  # in which case the system waits for a quarter of an hour
LISTEN_SECONDS = 1  # how often a listener looks whether the database is being closed
STREAM_ROWS = 1000

# Every query here is a few steps in an index, whatever the tables' statistics say: they are missing
# when a store is new, and out of date while it grows. So one plan, made once for each connection.
_PLAN_SETTINGS = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
PLANS = " ".join(f"-c {name}={value}" for name, value in _PLAN_SETTINGS.items())
PREPARED_STATEMENTS = 500  # a connection: each shape of a query is one

_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_LOCK = text(  # the limit holds for this transaction: an export is idle for as long as its reader
    "SELECT pg_advisory_xact_lock(CAST(:key AS bigint)),"
    f" set_config('idle_in_transaction_session_timeout', '{WRITE_IDLE_SECONDS}s', true)"
)
_TIME = text(f"SELECT {_NOW}")  # the server's clock, since several hosts may append
_QUIET = text(  # a standby knows nothing of locks on the primary, nor what is on its way from there
    f"SELECT {_NOW}, pg_try_advisory_xact_lock_shared({APPEND_LOCK}) AND NOT pg_is_in_recovery()"
)
_TABLE = text("SELECT 1 WHERE to_regclass(:name) IS NOT NULL")
_SIZE = text("SELECT pg_database_size(current_database())")


class PostgreSQLConnection(Connection):
    """A connection in autocommit mode; transactions are begun and ended explicitly."""

    def __init__(self, url: str, settings: str = "") -> None:
        self.raw: psycopg.Connection[Row] = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s {settings}",
            prepare_threshold=0,
            application_name="lrs",
            tcp_user_timeout=UNACKNOWLEDGED_MILLISECONDS,
            **KEEPALIVE,
        )
        # One type for integers of any size: else each magnitude is a statement of its own.
        self.raw.adapters.register_dumper(int, Int8Dumper)
        self.raw.adapters.register_dumper(int, Int8BinaryDumper)
        self.raw.prepared_max = PREPARED_STATEMENTS
        self._cursor = self.raw.cursor(binary=True)
        self.committing = False  # if it breaks now, nobody knows what became of the transaction

    @override
    def rows(self, query: Executable, **parameters: object) -> list[Row]:
        sql, constants = render(query, DIALECT)
        return self._run(sql, constants | parameters).fetchall()

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        return [number for (number,) in self.rows(query, **parameters)]

    @override
    def execute(self, query: Executable, **parameters: object) -> int:
        sql, constants = render(query, DIALECT)
        return self._run(sql, constants | parameters).rowcount

    @override
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        with self.raw.cursor("stream", binary=True) as cursor:
            cursor.itersize = STREAM_ROWS
            sql, constants = render(query, DIALECT)
            cursor.execute(sql.encode(), constants | parameters)
            yield from cursor

    @override
    def script(self, sql: str) -> None:
        self.raw.execute(sql.encode(), prepare=False)

    @override
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self._run(_insertion(table, if_absent), columns)

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        wanted = list(values)
        if not wanted:
            return []
        return self._run(_lookup(by, columns), [wanted]).fetchall()

    def _run(self, sql: str, parameters: Any) -> psycopg.Cursor[Row]:  # noqa: ANN401  # as psycopg
        return self._cursor.execute(sql.encode(), parameters)


def _insertion(table: Table, if_absent: bool) -> str:  # noqa: FBT001
    names = ", ".join(column.name for column in table.columns)
    arrays = ", ".join(f"%b::{ARRAYS[type(column.type)]}" for column in table.columns)
    conflict = " ON CONFLICT DO NOTHING" if if_absent else ""
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608


def _lookup(by: Column[Any], columns: tuple[ColumnElement[Any], ...]) -> str:
    names = ", ".join(str(column) for column in columns)
    array = ARRAYS[type(by.type)]
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} = ANY (%b::{array})"  # noqa: S608


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable for what is wrong with the server or the way to it."""
    try:
        yield
    except _NOT_OURS as error:
        raise Unavailable(" ".join(str(error).split())) from error


class PostgreSQL(Database):
    """The store in a PostgreSQL database."""

    name = "postgresql"
    local = False

    def __init__(self, url: str) -> None:
        self._url = url
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
        def timed(connection: Connection) -> T:
            return work(connection, connection.rows(_TIME)[0][0])

        return self._retried(lambda connection: self._locked(connection, APPEND_LOCK, timed))

    @override
    def quiet_since(self) -> int | None:
        now, free = self.read(lambda connection: connection.rows(_QUIET))[0]
        return now - 1 if free else None  # an append may begin in this very microsecond

    @override
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        key = int.from_bytes(blake2b(lock, digest_size=8).digest(), "big", signed=True)

        def locked(connection: PostgreSQLConnection) -> T:
            return self._locked(connection, key, work)

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
        self, connection: PostgreSQLConnection, key: int, work: Callable[[Connection], T]
    ) -> T:
        connection.committing = False
        with connection.raw.transaction():
            connection.rows(_LOCK, key=key)
            result = work(connection)
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
        connection = PostgreSQLConnection(self._url, settings)
        with self._guard:
            self._opened.add(connection)
        return connection

    def _discard(self, connection: PostgreSQLConnection) -> None:
        with self._guard:
            self._opened.discard(connection)
        connection.raw.close()

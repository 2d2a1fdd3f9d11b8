"""SQLite: one file, write-ahead log, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from typing_extensions import override

from statements.clock import now
from statements.database import Connection, Database, Row, TakesTime, render
from statements.errors import Unavailable
from statements.file_lock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

T = TypeVar("T")

DIALECT = sqlite.dialect(paramstyle="named")

# Many rows go into one SQL statement: the interpreter lock is let go and taken back with each, and
# under load taking it back costs milliseconds. Beyond the exact sizes only powers of two are used,
# so that the texts stay in the statement cache.
EXACT_SIZES = 32
MOST_PARAMETERS = 32_766  # SQLite's own limit

BUSY_TIMEOUT_SECONDS = 20  # another process may hold the write lock for a large flush
WRITER_CACHE_KIB = 131_072  # the upper levels and the hot leaves of the indexes
READER_CACHE_KIB = 8_192  # each reading thread; the kernel's page cache is shared beneath
CHECKPOINT_PAGES = 8_192  # 32 MiB of log: rarer checkpoints write each hot page once
STATEMENT_CACHE = 512
AT_ONCE_STEPS = 20_000  # of SQLite's virtual machine, five times in a read: about 2 ms in all
AT_ONCE_TIMES = 5

_TABLE = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")


class SQLiteConnection(Connection):
    """A connection in autocommit mode; transactions are begun and ended explicitly."""

    def __init__(
        self, path: str, cache_kib: int, timeout_seconds: float = BUSY_TIMEOUT_SECONDS
    ) -> None:
        self.raw = sqlite3.connect(
            path,
            timeout=timeout_seconds,
            isolation_level=None,
            check_same_thread=False,  # closed by another thread at shutdown
            cached_statements=STATEMENT_CACHE,
        )
        self.raw.execute(f"PRAGMA cache_size = -{cache_kib}")
        self.raw.execute("PRAGMA synchronous = FULL")  # a commit is durable before it is answered
        self.raw.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self.raw.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE meets them too

    @override
    def rows(self, query: Executable, **parameters: object) -> list[Row]:
        return self._run(query, parameters).fetchall()

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        # One row instead of many, for the same reason for which rows go in together (see above).
        sql, constants = render(query, DIALECT)
        text = f"SELECT group_concat(number) FROM ({sql})"  # noqa: S608
        (joined,) = self.raw.execute(text, constants | parameters).fetchone()
        return [int(number) for number in joined.split(",")] if joined else []

    @override
    def execute(self, query: Executable, **parameters: object) -> int:
        return self._run(query, parameters).rowcount

    @override
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        return iter(self._run(query, parameters))

    @override
    def script(self, sql: str) -> None:
        for command in _commands(sql):
            self.raw.execute(command)

    @override
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        width = len(table.columns)
        start = 0
        while start < len(rows):
            size = _size(len(rows) - start, MOST_PARAMETERS // width)
            values = list(chain.from_iterable(rows[start : start + size]))
            self.raw.execute(_insertion(table, size, if_absent), values)
            start += size

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        wanted = list(values)
        found: list[Row] = []
        start = 0
        while start < len(wanted):
            size = _size(len(wanted) - start, MOST_PARAMETERS)
            text = _lookup(by, size, columns)
            found += self.raw.execute(text, wanted[start : start + size])
            start += size
        return found

    def _run(self, query: Executable, parameters: dict[str, object]) -> sqlite3.Cursor:
        sql, constants = render(query, DIALECT)
        return self.raw.execute(sql, constants | parameters)


class HurriedConnection(SQLiteConnection):
    """A connection that gives up what takes long, rather than keep its thread from others."""

    def __init__(self, path: str, cache_kib: int) -> None:
        super().__init__(path, cache_kib, timeout_seconds=0)
        self._left = 0
        self.raw.set_progress_handler(self._is_over, AT_ONCE_STEPS)

    def begin(self) -> None:
        """Begin another read."""
        self._left = AT_ONCE_TIMES

    @override
    def take_time(self) -> None:
        raise TakesTime

    def _is_over(self) -> bool:
        self._left -= 1
        return self._left < 0


def _size(left: int, most: int) -> int:
    """How many of the rows left go into the next SQL statement."""
    if left <= EXACT_SIZES:
        return left
    return 1 << (min(left, most).bit_length() - 1)


@lru_cache(maxsize=1024)
def _insertion(table: Table, rows: int, if_absent: bool) -> str:  # noqa: FBT001
    verb = "INSERT OR IGNORE" if if_absent else "INSERT"
    names = ", ".join(column.name for column in table.columns)
    row = "(" + ", ".join("?" * len(table.columns)) + ")"
    return f"{verb} INTO {table.name} ({names}) VALUES " + ", ".join([row] * rows)


@lru_cache(maxsize=1024)
def _lookup(by: Column[Any], size: int, columns: tuple[ColumnElement[Any], ...]) -> str:
    names = ", ".join(str(column) for column in columns)
    marks = ", ".join("?" * size)
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} IN ({marks})"  # noqa: S608


def _commands(sql: str) -> Iterator[str]:
    """Split a script at the semicolons that end a complete statement (triggers contain others)."""
    command = ""
    for line in sql.splitlines():
        command += line + "\n"
        if sqlite3.complete_statement(command):
            yield command
            command = ""
    if command.strip():
        yield command


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable for what the file or the disk refuses; a wrong command is a bug."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TakesTime from error
        raise Unavailable(str(error)) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise Unavailable(str(error)) from error  # the file is damaged, or none of SQLite's


class SQLite(Database):
    """The store in one SQLite file.

    Args:
        path: of the file; made if it is not there.
        clock: microseconds since 1970.

    """

    name = "sqlite"
    local = True

    def __init__(self, path: str, clock: Callable[[], int] = now) -> None:
        self.path = path
        self._clock = clock
        self._file_lock = FileLock(Path(path + "-lock"))
        self._local = threading.local()
        self._opened: list[SQLiteConnection] = []
        self._write_lock = threading.Lock()  # SQLite's own lock only polls; these queue
        self._writer: SQLiteConnection | None = None

    @override
    def read(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            return work(self._reader())

    @override
    def read_at_once(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            return work(self._hurried())

    @override
    def stamp(self) -> int | None:
        with _translated():
            return int(self._hurried().raw.execute("PRAGMA data_version").fetchone()[0])

    @override
    def append(self, work: Callable[[Connection, int], T]) -> T:
        return self.write(lambda connection: work(connection, self._time_to_store()))

    @override
    def quiet_since(self) -> int | None:
        return self._file_lock.look(self._clock())

    @override
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        with _translated(), self._write_lock, self._file_lock.exclusive():
            return self._transaction(self._writing(), "BEGIN IMMEDIATE", work)

    @override
    def snapshot(self, work: Callable[[Connection], T]) -> T:
        with _translated():
            connection = self._open(READER_CACHE_KIB)
            try:
                return self._transaction(connection, "BEGIN", work)
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
        self, connection: SQLiteConnection, begin: str, work: Callable[[Connection], T]
    ) -> T:
        connection.raw.execute(begin)
        try:
            result = work(connection)
            connection.raw.execute("COMMIT")
        except BaseException:
            if connection.raw.in_transaction:
                connection.raw.execute("ROLLBACK")
            raise
        return result

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
        hurried.begin()
        return hurried

    def _writing(self) -> SQLiteConnection:
        if self._writer is None:
            self._writer = self._open(WRITER_CACHE_KIB)
            self._writer.raw.execute("PRAGMA journal_mode = WAL")
        return self._writer

    def _open(self, cache_kib: int) -> SQLiteConnection:
        connection = SQLiteConnection(self.path, cache_kib)
        self._opened.append(connection)
        return connection

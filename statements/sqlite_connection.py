"""Connections to a SQLite file."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.dialects import sqlite
from typing_extensions import override

from statements.connection import AlreadyThere, Connection, Held, Row, TakesTime
from statements.sql_texts import between, leading_key, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

DIALECT = sqlite.dialect(paramstyle="named")

# Many rows go into one SQL statement: the interpreter lock is let go and taken back with each, and
# under load taking it back costs milliseconds. Beyond the exact sizes only powers of two are used,
# so that the texts stay in the statement cache.
EXACT_SIZES = 32
MOST_PARAMETERS = 32_766  # SQLite's own limit
MOST_FETCHED = 512  # keys in one query

BUSY_TIMEOUT_SECONDS = 20  # another process may hold the write lock for a large flush
# The kernel's page cache is beneath, and each commit of another process empties these.
WRITER_CACHE_KIB = 16_384
READER_CACHE_KIB = 8_192
# Most pages of an index get one new row in a flush, so what is written goes with the size of a page
# (docs/performance.md). A row of the log has its own page, and the rest of it in one more.
PAGE_BYTES = 1_024
CHECKPOINT_PAGES = 32_768  # 32 MiB of log: rarer checkpoints write each hot page once
STATEMENT_CACHE = 512
AT_ONCE_STEPS = 20_000  # of SQLite's virtual machine, five times in a read: about 2 ms in all
AT_ONCE_TIMES = 5


# A blob that is cast to text keeps its bytes, whatever they are: the database is in UTF-8.
_TOGETHER = (
    "SELECT group_concat(number), group_concat(length(content)),"
    " CAST(group_concat(CAST(content AS TEXT), '') AS BLOB)"
)


class SQLiteConnection(Connection):
    """A connection in autocommit mode; transactions are begun and ended explicitly."""

    def __init__(
        self,
        path: str,
        cache_kib: int,
        *,
        durable: bool = True,
    ) -> None:
        self.raw = sqlite3.connect(
            path,
            timeout=BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # closed by another thread at shutdown
            cached_statements=STATEMENT_CACHE,
        )
        self.raw.execute(f"PRAGMA cache_size = -{cache_kib}")
        # A commit of the log is durable before it is answered. One that is not may be lost with the
        # power, whole, and never out of its order.
        self.raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self.raw.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self.raw.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE meets them too
        self._is_hurried = False

    def hurry(self, *, is_hurried: bool) -> None:
        """Whether from now on it gives up rather than wait, or begin what takes long."""
        if is_hurried != self._is_hurried:
            self._is_hurried = is_hurried
            milliseconds = 0 if is_hurried else BUSY_TIMEOUT_SECONDS * 1000
            self.raw.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def begin(self, command: str) -> None:
        """Begin a transaction.

        Raises:
            Held: another program writes, and this one is in a hurry.

        """
        try:
            self.raw.execute(command)
        except sqlite3.OperationalError as error:
            if self._is_hurried and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise Held from error
            raise

    @override
    def take_time(self) -> None:
        if self._is_hurried:
            raise TakesTime

    @override
    def select(self, query: Executable, parameters: dict[str, object]) -> list[Row]:
        return self._run(query, parameters).fetchall()

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        # One row instead of many, for the same reason for which rows go in together (see above).
        sql, constants, _ = render(query, DIALECT)
        text = f"SELECT group_concat(number) FROM ({sql})"  # noqa: S608
        (joined,) = self.raw.execute(text, constants | parameters).fetchone()
        return _numbers(joined)

    @override
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        sql, constants, _ = render(query, DIALECT)
        text = f"{_TOGETHER} FROM ({sql})"
        numbers, sizes, joined = self.raw.execute(text, constants | parameters).fetchone()
        found: list[tuple[int, bytes]] = []
        end = 0
        for number, size in zip(_numbers(numbers), _numbers(sizes), strict=True):
            start, end = end, end + size
            found.append((number, joined[start:end]))
        return found

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
    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        try:
            self.insert(table, rows)
        except sqlite3.IntegrityError as error:
            raise AlreadyThere from error

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        wanted = list(values)
        found: list[Row] = []
        for start in range(0, len(wanted), MOST_PARAMETERS):
            part = wanted[start : start + MOST_PARAMETERS]
            part += part[-1:] * (_padded(len(part)) - len(part))
            found += self.raw.execute(_lookup(by, len(part), columns), part)
        return found

    @override
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self.raw.executemany(_replacement(table), rows)

    @override
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(keys), MOST_FETCHED):
            part = list(keys[start : start + MOST_FETCHED])
            part += [(None,) * len(part[0])] * (_padded(len(part)) - len(part))  # matches nothing
            sql = _fetching(table, len(part), leading_key(table, keys))
            found += self.raw.execute(sql, list(chain.from_iterable(part)))
        return found

    @override
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(spans), MOST_FETCHED):
            part = list(spans[start : start + MOST_FETCHED])
            width = len(part[0])
            part += [(None,) * width] * (_padded(len(part)) - len(part))
            sql = _fetching_between(table, len(part), width)
            found += self.raw.execute(sql, list(chain.from_iterable(part)))
        return found

    @override
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            self.raw.executemany(_removal(table, leading_key(table, keys)), keys)

    def _run(self, query: Executable, parameters: dict[str, object]) -> sqlite3.Cursor:
        sql, constants, _ = render(query, DIALECT)
        return self.raw.execute(sql, constants | parameters if constants else parameters)


class HurriedConnection(SQLiteConnection):
    """A connection that gives up what takes long, rather than keep its thread from others."""

    def __init__(self, path: str, cache_kib: int) -> None:
        super().__init__(path, cache_kib)
        self.hurry(is_hurried=True)
        self._left = 0
        self.raw.set_progress_handler(self._is_over, AT_ONCE_STEPS)

    def begin_read(self) -> None:
        """Begin another read."""
        self._left = AT_ONCE_TIMES

    def _is_over(self) -> bool:
        self._left -= 1
        return self._left < 0


def _numbers(joined: str | None) -> list[int]:
    """What `group_concat` put together; nothing if there were no rows."""
    numbers: list[int] = orjson.loads(f"[{joined or ''}]")
    return numbers


def _size(left: int, most: int) -> int:
    """How many of the rows left go into the next SQL statement."""
    if left <= EXACT_SIZES:
        return left
    return 1 << (min(left, most).bit_length() - 1)


def _padded(wanted: int) -> int:
    """How many values to look for, some of them twice, so that there are few different texts."""
    return wanted if wanted <= EXACT_SIZES else min(1 << (wanted - 1).bit_length(), MOST_PARAMETERS)


@lru_cache(maxsize=1024)
def _insertion(table: Table, rows: int, if_absent: bool) -> str:  # noqa: FBT001
    # A row that is refused ends the transaction, as every caller wants it. Else SQLite has to be
    # ready to take back this statement alone, and copies each page that it changes to a file first.
    verb = "INSERT OR IGNORE" if if_absent else "INSERT OR ROLLBACK"
    names = ", ".join(column.name for column in table.columns)
    row = "(" + ", ".join("?" * len(table.columns)) + ")"
    return f"{verb} INTO {table.name} ({names}) VALUES " + ", ".join([row] * rows)


@lru_cache(maxsize=1024)
def _lookup(by: Column[Any], size: int, columns: tuple[ColumnElement[Any], ...]) -> str:
    names = ", ".join(str(column) for column in columns)
    marks = ", ".join("?" * size)
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} IN ({marks})"  # noqa: S608


@lru_cache(maxsize=256)
def _replacement(table: Table) -> str:
    return _insertion(table, 1, if_absent=False).replace("OR ROLLBACK", "OR REPLACE", 1)


@lru_cache(maxsize=1024)
def _fetching(table: Table, size: int, columns: tuple[Column[Any], ...]) -> str:
    on = " AND ".join(f"{column} = w{at}" for at, column in enumerate(columns))
    # CROSS: in this order.
    query = f"SELECT {table.name}.* FROM wanted CROSS JOIN {table.name} ON {on}"  # noqa: S608
    return _wanted(size, len(columns)) + query


@lru_cache(maxsize=1024)
def _fetching_between(table: Table, size: int, width: int) -> str:
    return _wanted(size, width) + between(table, "wanted", width)


def _wanted(size: int, width: int) -> str:
    row = "(" + ", ".join("?" * width) + ")"
    names = ", ".join(f"w{at}" for at in range(width))
    return f"WITH wanted ({names}) AS (VALUES {', '.join([row] * size)}) "


@lru_cache(maxsize=256)
def _removal(table: Table, columns: tuple[Column[Any], ...]) -> str:
    return f"DELETE FROM {table.name} WHERE " + " AND ".join(f"{c.name} = ?" for c in columns)  # noqa: S608


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

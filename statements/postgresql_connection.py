"""Connections to PostgreSQL."""

from __future__ import annotations

from array import array
from contextlib import contextmanager, suppress
from functools import lru_cache
from sys import byteorder
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.adapt import PyFormat
from psycopg.raw_cursor import RawServerCursor
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from typing_extensions import override

from statements.database import Connection, Row
from statements.postgresql_inserts import ARRAYS, Inserts, Kind, columns_of, insertion, unnest
from statements.postgresql_wire import Wire
from statements.sql_texts import between, leading_key, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult
    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

DIALECT = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here

CONNECT_TIMEOUT_SECONDS = 5
LOCK_TIMEOUT_SECONDS = 20  # an append holds the lock for milliseconds
# A peer that vanished without a word is noticed within a quarter of a minute, a listener's too, and
# one that owes an acknowledgement, for which the system else asks again for a quarter of an hour.
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
STREAM_ROWS = 1000
BINARY = PyFormat.BINARY

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


class PostgreSQLConnection(Connection):
    """A connection in autocommit mode; transactions are begun and ended explicitly."""

    def __init__(self, url: str, settings: str = "") -> None:
        self.raw: psycopg.Connection[Row] = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s {settings}",
            prepare_threshold=None,  # the wire prepares
            application_name="lrs",
            **KEEPALIVE,
        )
        # One type for integers of any size: else each magnitude is a statement of its own.
        self.raw.adapters.register_dumper(int, Int8Dumper)
        self.raw.adapters.register_dumper(int, Int8BinaryDumper)
        self._wire = Wire(self.raw, self.wait)
        self._inserts = Inserts()
        self._in_transaction = False
        self.committing = False  # if it breaks now, nobody knows what became of the transaction

    def wait(self, exchange: PQGen[list[PGresult]]) -> list[PGresult]:
        """Go through an exchange with the server; this thread waits for it."""
        return self.raw.wait(exchange)

    @contextmanager
    def transaction(self, first: str) -> Iterator[list[bytes | None]]:
        """A transaction that begins with a query, whose first row it lends."""
        self.committing = False
        self._in_transaction = True
        try:
            yield self._wire.command(f"BEGIN; {first}")
            wire = self._settled()
            self.committing = True
            wire.command("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):  # what broke the connection has ended it, too
                self._wire.command("ROLLBACK")
            raise
        finally:
            self._inserts = Inserts()
            self._in_transaction = False

    def _settled(self) -> Wire:
        """The wire, once what was to be inserted before has been."""
        self._inserts.send(self._wire)
        return self._wire

    def _insert(self, kind: Kind, rows: Sequence[Row]) -> None:
        if kind.table in self._inserts:
            self._settled()
        self._inserts.add(kind, rows)
        if not self._in_transaction:
            self._settled()

    @override
    def select(self, query: Executable, parameters: dict[str, object]) -> list[Row]:
        sql, values = _bound(query, parameters)
        return self._settled().rows(sql, values)

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        # One value instead of many rows, each of which the server and psycopg would handle alone.
        sql, values = _bound(query, parameters)
        packed = f"SELECT string_agg(int8send(number::bigint), '') FROM ({sql}) AS found"  # noqa: S608
        ((joined,),) = self._settled().rows(packed, values)
        found = array("q", joined or b"")
        if byteorder == "little":
            found.byteswap()
        return found.tolist()

    @override
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        return [(number, content) for number, content in self.rows(query, **parameters)]

    @override
    def execute(self, query: Executable, **parameters: object) -> int:
        return self._settled().count(*_bound(query, parameters))

    @override
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        self._settled()
        with RawServerCursor(self.raw, "stream") as cursor:
            cursor.itersize = STREAM_ROWS
            sql, values = _bound(query, parameters)
            cursor.execute(sql.encode(), values, binary=True)
            yield from cursor

    @override
    def commit_without_waiting(self) -> None:
        self.script("SET LOCAL synchronous_commit TO off")

    @override
    def script(self, sql: str) -> None:
        self._settled()
        self.raw.execute(sql.encode(), prepare=False)

    @override
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        if rows:
            self._insert(Kind(table, if_absent=if_absent), rows)

    @override
    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._insert(Kind(table, new=True), rows)

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        wanted = list(values)
        return self._settled().rows(_lookup(by, columns), [wanted], BINARY) if wanted else []

    @override
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._settled().count(_replacement(table), columns_of(rows), BINARY)

    @override
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        if not keys:
            return []
        return self._settled().rows(
            _fetching(table, leading_key(table, keys)), columns_of(keys), BINARY
        )

    @override
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        if not spans:
            return []
        width = len(spans[0])
        columns = list(table.primary_key.columns)[: width - 1]
        names = ", ".join(f"w{at}" for at in range(width))
        wanted = f"{unnest([*columns, columns[-1]])} AS wanted ({names})"
        return self._settled().rows(between(table, wanted, width), columns_of(spans), BINARY)

    @override
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            self._settled().count(
                _removal(table, leading_key(table, keys)), columns_of(keys), BINARY
            )


def _bound(query: Executable, parameters: dict[str, object]) -> tuple[str, list[object]]:
    """A query as the server takes it, and its values in order."""
    sql, constants, names = render(query, DIALECT)
    given = constants | parameters if constants else parameters
    return sql, [given[name] for name in names]


@lru_cache(maxsize=256)
def _replacement(table: Table) -> str:
    key = ", ".join(column.name for column in table.primary_key.columns)
    rest = [column.name for column in table.columns if not column.primary_key]
    if not rest:  # the row that is there is the one that comes
        return insertion(Kind(table, if_absent=True))
    change = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f"{insertion(Kind(table))} ON CONFLICT ({key}) DO UPDATE SET {change}"


@lru_cache(maxsize=256)
def _fetching(table: Table, columns: tuple[Column[Any], ...]) -> str:
    return f"SELECT {table.name}.* FROM {_wanted(columns)} JOIN {table.name} ON {_same(columns)}"  # noqa: S608


@lru_cache(maxsize=256)
def _removal(table: Table, columns: tuple[Column[Any], ...]) -> str:
    return f"DELETE FROM {table.name} USING {_wanted(columns)} WHERE {_same(columns)}"  # noqa: S608


def _wanted(columns: tuple[Column[Any], ...]) -> str:
    return f"{unnest(columns)} AS wanted ({', '.join(column.name for column in columns)})"


def _same(columns: tuple[Column[Any], ...]) -> str:
    return " AND ".join(f"{column} = wanted.{column.name}" for column in columns)


@lru_cache(maxsize=256)
def _lookup(by: Column[Any], columns: tuple[ColumnElement[Any], ...]) -> str:
    names = ", ".join(str(column) for column in columns)
    array = ARRAYS[type(by.type)]
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} = ANY ($1::{array})"  # noqa: S608

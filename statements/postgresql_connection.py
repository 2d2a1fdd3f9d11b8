"""Connections to PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import BigInteger, Double, LargeBinary, SmallInteger, String
from typing_extensions import override

from statements.database import Connection, Row, between, leading_key, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
ARRAYS = {
    BigInteger: "bigint[]",
    SmallInteger: "smallint[]",
    Double: "double precision[]",
    LargeBinary: "bytea[]",
    String: "text[]",
}

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
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        return [(number, content) for number, content in self.rows(query, **parameters)]

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
    def commit_without_waiting(self) -> None:
        self.script("SET LOCAL synchronous_commit TO off")

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

    @override
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._run(_replacement(table), [list(column) for column in zip(*rows, strict=True)])

    @override
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        if not keys:
            return []
        columns = [list(column) for column in zip(*keys, strict=True)]
        return self._run(_fetching(table, leading_key(table, keys)), columns).fetchall()

    @override
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        if not spans:
            return []
        width = len(spans[0])
        columns = list(table.primary_key.columns)[: width - 1]
        names = ", ".join(f"w{at}" for at in range(width))
        wanted = f"{_unnest([*columns, columns[-1]])} AS wanted ({names})"
        arrays = [list(column) for column in zip(*spans, strict=True)]
        return self._run(between(table, wanted, width), arrays).fetchall()

    @override
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            columns = [list(column) for column in zip(*keys, strict=True)]
            self._run(_removal(table, leading_key(table, keys)), columns)

    def _run(self, sql: str, parameters: Any) -> psycopg.Cursor[Row]:  # noqa: ANN401  # as psycopg
        return self._cursor.execute(sql.encode(), parameters)


def _insertion(table: Table, if_absent: bool) -> str:  # noqa: FBT001
    names = ", ".join(column.name for column in table.columns)
    conflict = " ON CONFLICT DO NOTHING" if if_absent else ""
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {_unnest(table.columns)}{conflict}"  # noqa: S608


def _replacement(table: Table) -> str:
    key = ", ".join(column.name for column in table.primary_key.columns)
    rest = [column.name for column in table.columns if not column.primary_key]
    if not rest:  # the row that is there is the one that comes
        return _insertion(table, if_absent=True)
    change = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f"{_insertion(table, if_absent=False)} ON CONFLICT ({key}) DO UPDATE SET {change}"


def _fetching(table: Table, columns: tuple[Column[Any], ...]) -> str:
    return f"SELECT {table.name}.* FROM {_wanted(columns)} JOIN {table.name} ON {_same(columns)}"  # noqa: S608


def _removal(table: Table, columns: tuple[Column[Any], ...]) -> str:
    return f"DELETE FROM {table.name} USING {_wanted(columns)} WHERE {_same(columns)}"  # noqa: S608


def _wanted(columns: tuple[Column[Any], ...]) -> str:
    return f"{_unnest(columns)} AS wanted ({', '.join(column.name for column in columns)})"


def _same(columns: tuple[Column[Any], ...]) -> str:
    return " AND ".join(f"{column} = wanted.{column.name}" for column in columns)


def _unnest(columns: Iterable[Column[Any]]) -> str:
    arrays = ", ".join(f"%b::{ARRAYS[type(column.type)]}" for column in columns)
    return f"unnest({arrays})"


def _lookup(by: Column[Any], columns: tuple[ColumnElement[Any], ...]) -> str:
    names = ", ".join(str(column) for column in columns)
    array = ARRAYS[type(by.type)]
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} = ANY (%b::{array})"  # noqa: S608

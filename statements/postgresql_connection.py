"""Connections to PostgreSQL."""

from __future__ import annotations

from array import array
from contextlib import contextmanager, suppress
from sys import byteorder
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.adapt import PyFormat
from psycopg.raw_cursor import RawServerCursor
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from typing_extensions import override

from statements.connection import AlreadyThere, Connection, Row
from statements.postgresql_pending import Asked, Pending
from statements.postgresql_texts import (
    fetching,
    insertion,
    lookup,
    removal,
    replacement,
    unnest,
)
from statements.postgresql_wire import Command, Wire
from statements.sql_texts import between, leading_key, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult
    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

    from statements.connection import Answer
    from statements.postgresql_pending import Take

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

_CITUS = text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")

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
        self._pending = Pending(self._wire)
        self._in_transaction = False
        self._is_distributed: bool | None = None  # not asked yet
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
            self._pending.settle()
            self.committing = True
            self._wire.command("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):  # what broke the connection has ended it, too
                self._wire.command("ROLLBACK")
            raise
        finally:
            self._pending.forget()
            self._in_transaction = False

    def _insert(self, command: Command, take: Take) -> None:
        self._pending.add(command, take)
        if not self._in_transaction:
            self._pending.settle()

    def _rows(self, command: Command) -> list[Row]:
        return self._wire.rows(self._pending.run(command))

    def _ask(self, command: Command) -> Answer:
        if self._in_transaction:
            return Asked(self._pending, self._wire, command)
        rows = self._rows(command)
        return lambda: rows

    @override
    def select(self, query: Executable, parameters: dict[str, object]) -> list[Row]:
        return self._rows(_bound(query, parameters))

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        # One value instead of many rows, each of which the server and psycopg would handle alone.
        command = _bound(query, parameters)
        packed = f"SELECT string_agg(int8send(number::bigint), '') FROM ({command.sql}) AS found"  # noqa: S608
        ((joined,),) = self._rows(command._replace(sql=packed))
        found = array("q", joined or b"")
        if byteorder == "little":
            found.byteswap()
        return found.tolist()

    @override
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        return [(number, content) for number, content in self.rows(query, **parameters)]

    @override
    def execute(self, query: Executable, **parameters: object) -> int:
        return self._pending.run(_bound(query, parameters)).command_tuples or 0

    @override
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        self._pending.settle()
        with RawServerCursor(self.raw, "stream") as cursor:
            cursor.itersize = STREAM_ROWS
            sql, values, _ = _bound(query, parameters)
            cursor.execute(sql.encode(), values, binary=True)
            yield from cursor

    @override
    def is_distributed(self) -> bool:
        if self._is_distributed is None:
            self._is_distributed = bool(self.row(_CITUS))
        return self._is_distributed

    @override
    def commit_without_waiting(self) -> None:
        self.script("SET LOCAL synchronous_commit TO off")

    @override
    def script(self, sql: str) -> None:
        self._pending.settle()
        self.raw.execute(sql.encode(), prepare=False)

    @override
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        if rows:
            self._insert(_with_rows(insertion(table, if_absent=if_absent), rows), lambda _: None)

    @override
    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        def demand_all(result: PGresult) -> None:
            if result.command_tuples != len(rows):
                raise AlreadyThere

        # Refused rows would fill the server's log with errors whenever a client sends again.
        if rows:
            self._insert(_with_rows(insertion(table, if_absent=True), rows), demand_all)

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        return self.ask_find(by, values, *columns)()

    @override
    def ask(self, query: Executable, **parameters: object) -> Answer:
        return self._ask(_bound(query, parameters))

    @override
    def ask_find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> Answer:
        wanted = list(values)
        return self._ask(Command(lookup(by, columns), [wanted], BINARY)) if wanted else list

    @override
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._pending.run(_with_rows(replacement(table), rows))

    @override
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        if not keys:
            return []
        return self._rows(_with_rows(fetching(table, leading_key(table, keys)), keys))

    @override
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        if not spans:
            return []
        width = len(spans[0])
        columns = list(table.primary_key.columns)[: width - 1]
        names = ", ".join(f"w{at}" for at in range(width))
        wanted = f"{unnest([*columns, columns[-1]])} AS wanted ({names})"
        return self._rows(_with_rows(between(table, wanted, width), spans))

    @override
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        if keys:
            self._pending.run(_with_rows(removal(table, leading_key(table, keys)), keys))


def _bound(query: Executable, parameters: dict[str, object]) -> Command:
    """A query as the server takes it, and its values in order."""
    sql, constants, names = render(query, DIALECT)
    given = constants | parameters if constants else parameters
    return Command(sql, [given[name] for name in names])


def _with_rows(sql: str, rows: Sequence[Row]) -> Command:
    """A command that takes rows, as the arrays that `unnest` takes."""
    return Command(sql, [list(column) for column in zip(*rows, strict=True)], BINARY)

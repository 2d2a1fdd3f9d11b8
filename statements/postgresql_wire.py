"""Queries over libpq, each text prepared once for a connection.

psycopg's cursor does the same in Python, and takes four times as long as a small query does here
(docs/decisions/0021-postgresql-reads.md). What psycopg has in C is used: conversion of values, and
the steps of an exchange, a generator that says what it waits for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute, fetch_many, send
from psycopg.pq import ExecStatus, Format

from statements.postgresql_arrays import DUMPERS, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn, PGresult

    from statements.connection import Row

    Wait = Callable[[PQGen[list[PGresult]]], list[PGresult]]
    """Goes through the steps of an exchange and waits where they have to; the results."""

PREPARED_STATEMENTS = 500
"""Texts that a connection keeps prepared: each shape of a query is one."""

_BINARY = Format.BINARY  # looked up here, since an enumeration takes its time to
_FINE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


class Command(NamedTuple):
    """A query or a data change with placeholders `$1`, `$2`, ..."""

    sql: str
    values: Sequence[object] = ()
    formats: PyFormat = PyFormat.AUTO


class _Bound(NamedTuple):
    """A command as it is sent: the name under which it was prepared, and its values."""

    name: bytes
    values: Sequence[bytes | None]
    formats: Sequence[Format]


class Wire:
    """Runs commands on a connection that nobody else uses meanwhile."""

    def __init__(self, raw: psycopg.Connection[Row], wait: Wait) -> None:
        self._raw = raw
        self._pgconn: PGconn = raw.pgconn
        self._wait = wait
        for kind, dumper in DUMPERS.items():
            raw.adapters.register_dumper(kind, dumper)
        self._transformer: Any = Transformer(raw)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}

    def run(self, command: Command) -> PGresult:
        """Result of a command."""
        self._send(self._bound(command))
        return _checked(self._wait(execute(self._pgconn)))[-1]

    def run_all(self, commands: Sequence[Command]) -> list[PGresult]:
        """Results of commands in one exchange; if one fails, those after it are not run."""
        if len(commands) == 1:
            return [self.run(commands[0])]
        if len(self._names) + len(commands) > PREPARED_STATEMENTS:
            self._forget()
        bound = [self._bound(command) for command in commands]
        self._pgconn.enter_pipeline_mode()
        try:
            for each in bound:
                self._send(each)
            self._pgconn.pipeline_sync()
            return self._wait(self._answers(len(bound)))
        finally:
            self._end_pipeline()

    def rows(self, result: PGresult) -> list[Row]:
        """All rows of a result."""
        self._transformer.set_pgresult(result)
        rows: list[Row] = self._transformer.load_rows(0, result.ntuples, tuple)
        return rows

    def command(self, sql: str) -> list[bytes | None]:
        """Run commands that stand for themselves, in one exchange; the last one's first row."""
        self._pgconn.send_query(sql.encode())
        result = _checked(self._wait(execute(self._pgconn)))[-1]
        return [result.get_value(0, column) for column in range(result.nfields)]

    def _answers(self, count: int) -> PQGen[list[PGresult]]:
        """Result of each of the commands that were sent; the first failure is raised."""
        yield from send(self._pgconn)
        results = []
        for _ in range(count + 1):  # and that of the synchronisation
            results += yield from fetch_many(self._pgconn)
        return _checked(results[:count])

    def _bound(self, command: Command) -> _Bound:
        sql, values, formats = command
        if list in map(type, values):
            values = [packed(value) if type(value) is list else value for value in values]
        transformer = self._transformer
        dumped = transformer.dump_sequence(values, [formats] * len(values))
        types = transformer.types
        name = self._names.get((sql, types))
        sent_formats = transformer.formats
        return _Bound(name or self._prepare(sql, types), dumped, sent_formats)

    def _send(self, bound: _Bound) -> None:
        self._pgconn.send_query_prepared(*bound, _BINARY)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        if len(self._names) >= PREPARED_STATEMENTS:
            self._forget()
        name = b"lrs_%d" % len(self._names)
        self._pgconn.send_prepare(name, sql.encode(), types)
        _checked(self._wait(execute(self._pgconn)))
        self._names[sql, types] = name
        return name

    def _end_pipeline(self) -> None:
        try:
            self._pgconn.exit_pipeline_mode()
        except psycopg.OperationalError:  # an answer is missing, and nobody would wait for it
            self._raw.close()

    def _forget(self) -> None:
        self.command("DEALLOCATE ALL")
        self._names.clear()


def _checked(results: list[PGresult]) -> list[PGresult]:
    """Results, if all are what they should be; the first that is not is raised."""
    for result in results:
        if result.status not in _FINE:
            raise errors.error_from_result(result)
    return results

"""The store under the server: filled without HTTP, and the bare loop that the server is held to."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import orjson
from typing_extensions import override

from lrs.auth import principal_of
from schemas.versions import Version
from statements.append import Appender, Flush
from statements.connection import Connection
from statements.credentials import find_credential
from statements.descriptions import Descriptions
from statements.opening import open_database
from statements.prepared import prepare
from statements.requests import AppendRequest
from statements.terms import Dictionary
from tests.benchmarks.world import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

    from statements.connection import Row
    from statements.credentials import Credential
    from statements.database import Database
    from statements.prepared import Prepared, Sender

FILL_STATEMENTS = 10_000
"""In a transaction of the fill: sorted, neighbours in the index go in together."""
FILLERS = 2
"""Processes that fill: one prepares while the other writes."""
BATCH = 100


class Insertion(NamedTuple):
    """Rows that a flush inserts into a table."""

    table: Table
    rows: Sequence[Row]
    if_absent: bool


class _RolledBackError(Exception):
    """Ends a transaction of which nothing is to stay."""


class _Recorder(Connection):
    """Passes everything on to a connection, and notes what is inserted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.insertions: list[Insertion] = []

    @override
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        self.insertions.append(Insertion(table, list(rows), if_absent))
        self._connection.insert(table, rows, if_absent=if_absent)

    @override
    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        self.insertions.append(Insertion(table, list(rows), if_absent=False))
        self._connection.insert_new(table, rows)

    @override
    def select(self, query: Executable, parameters: dict[str, object]) -> list[Row]:
        return self._connection.select(query, parameters)

    @override
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        return self._connection.numbers(query, **parameters)

    @override
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        return self._connection.contents(query, **parameters)

    @override
    def execute(self, query: Executable, **parameters: object) -> int:
        return self._connection.execute(query, **parameters)

    @override
    def script(self, sql: str) -> None:
        self._connection.script(sql)

    @override
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        return self._connection.find(by, values, *columns)

    @override
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        return self._connection.stream(query, **parameters)

    @override
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        self._connection.replace(table, rows)

    @override
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        return self._connection.fetch(table, keys)

    @override
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        return self._connection.fetch_between(table, spans)

    @override
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        self._connection.remove(table, keys)


def fill(url: str, credential: Credential, numbers: range, tell: Callable[[int], None]) -> float:
    """Append statements by the store's own code, without HTTP; statements per second.

    Several processes do it, so statements lie in the order of their numbers but roughly. `tell` is
    called with the number of each next statement.
    """
    firsts = range(numbers.start, numbers.stop, FILL_STATEMENTS)
    several = [range(first, min(first + FILL_STATEMENTS, numbers.stop)) for first in firsts]
    began = perf_counter()
    with ProcessPoolExecutor(FILLERS, get_context("spawn")) as fillers:
        for done in fillers.map(partial(_append, url, credential), several):
            tell(done)
    return len(numbers) / (perf_counter() - began)


def _append(url: str, credential: Credential, numbers: range) -> int:
    sender = principal_of(credential).sender
    _appender(url).append([AppendRequest([_prepared(n, sender) for n in numbers])])
    return numbers.stop


@cache
def _appender(url: str) -> Appender:
    """The one of a process that fills; its connections are closed by the process's end."""
    return Appender(open_database(url), Dictionary())


def append_all(url: str, key: str, statements: Iterable[bytes]) -> None:
    """Append statements by the store's own code, without HTTP, in the name of a credential.

    A statement that is there already is not stored again.
    """
    with closing(open_database(url)) as database:
        credential = database.read(lambda connection: find_credential(connection, key))
        assert credential is not None
        sender = principal_of(credential).sender
        appender = Appender(database, Dictionary())
        for batch in batched(statements, FILL_STATEMENTS):
            prepared = [prepare(raw, orjson.loads(raw), Version.V1, sender) for raw in batch]
            appender.append([AppendRequest([each]) for each in prepared])


def batched(statements: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Statements, so many at a time."""
    several = iter(statements)
    while batch := list(islice(several, size)):
        yield batch


def bare_inserts(url: str, credential: Credential, numbers: range) -> float:
    """Insert statements in batches of 100, each durable, by a loop that does nothing else.

    The same rows in the same tables and in the same number of SQL statements as the store's own;
    statements per second. Nobody else may write meanwhile.
    """
    sender = principal_of(credential).sender
    with closing(open_database(url)) as database:
        firsts = range(numbers.start, numbers.stop, BATCH)
        flushes = _recorded(database, [[_prepared(n, sender) for n in _batch(f)] for f in firsts])
        began = perf_counter()
        for insertions in flushes:
            database.append(partial(_insert, insertions))
        return BATCH * len(flushes) / (perf_counter() - began)


def _batch(first: int) -> range:
    return range(first, first + BATCH)


def _recorded(database: Database, batches: list[list[Prepared]]) -> list[list[Insertion]]:
    """What the store would insert for each batch, found out by trying it and rolling back."""
    flushes: list[list[Insertion]] = []

    def work(connection: Connection, now: int) -> None:
        dictionary, descriptions = Dictionary(), Descriptions()
        for batch in batches:
            recorder = _Recorder(connection)
            flush = Flush(recorder, dictionary, descriptions)
            flush.run(now, [AppendRequest(batch)])
            descriptions.confirm(flush.through)
            dictionary.remember(flush.numbers)
            flushes.append([each for each in recorder.insertions if each.rows])
        raise _RolledBackError

    with suppress(_RolledBackError):
        database.append(work)
    return flushes


def _insert(insertions: Sequence[Insertion], connection: Connection, _: int) -> None:
    for table, rows, if_absent in insertions:
        connection.insert(table, rows, if_absent=if_absent)


def _prepared(n: int, sender: Sender) -> Prepared:
    raw = statement(n)
    return prepare(raw, orjson.loads(raw), Version.V2, sender)

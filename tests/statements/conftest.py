"""Databases to run each promise on: SQLite, PostgreSQL, and one named by LRS_TEST_DATABASE_URL.

The last is for what can't be started here, such as the coordinator of a Citus cluster. It has to be
empty, and is again after each test.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from statements import tables
from statements.migrate import distribute, migrate
from statements.opening import open_database
from tests.plugins.postgresql import connect
from tests.statements.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import psycopg

    from statements.database import Database

GIVEN_URL = os.environ.get("LRS_TEST_DATABASE_URL", "")
KINDS = ["sqlite", "postgresql", *(["given"] if GIVEN_URL else [])]

DROP_ALL = (
    "DROP TABLE IF EXISTS {} CASCADE; DROP FUNCTION IF EXISTS refuse_change, announce_credential"
).format(", ".join(table.name for table in tables.metadata.sorted_tables))


class RawConnection(Protocol):
    """What sqlite3 and psycopg have in common; each command is its own transaction."""

    def execute(self, sql: str, /) -> sqlite3.Cursor | psycopg.Cursor[tuple[object, ...]]:
        """Run a command."""


@contextmanager
def lend_given(url: str) -> Iterator[str]:
    """Lend a database that is there already, and leave it empty as it was."""
    with closing(connect(url)) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # other tests run at the same time
        found = connection.execute("SELECT to_regclass('statement')").fetchone()
        assert found == (None,), "LRS_TEST_DATABASE_URL names a store: only an empty one is taken"
        try:
            yield url
        finally:
            connection.execute(DROP_ALL.encode())


@contextmanager
def open_raw(url: str) -> Iterator[RawConnection]:
    """Open a connection as its administrator would, past all of our code."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            yield connection
    else:
        with closing(connect(url)) as connection:
            yield connection


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Lend the URL of an empty database, not migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.sqlite"
    elif request.param == "postgresql":
        yield request.getfixturevalue("postgresql_database")
    else:
        with lend_given(GIVEN_URL) as url:
            yield url


@pytest.fixture
def url(empty_url: str) -> str:
    """Lend the URL of a migrated database."""
    with closing(open_database(empty_url)) as database:
        migrate(database)
        distribute(database)
    return empty_url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Lend a migrated database."""
    with closing(open_database(url)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> Store:
    """Lend an empty store."""
    return Store(database)


@pytest.fixture
def distributed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the engine for a distributed one, once the store is there."""
    assert not store.database.read(lambda c: c.is_distributed())
    for engine in ("connection.Connection", "postgresql_connection.PostgreSQLConnection"):
        monkeypatch.setattr(f"statements.{engine}.is_distributed", lambda _: True)


@pytest.fixture
def raw(url: str) -> Iterator[RawConnection]:
    """Lend the administrator's connection."""
    with open_raw(url) as connection:
        yield connection


@pytest.fixture
def new_store(url: str, database: Database) -> Iterator[Callable[[], Store]]:
    """Lend a way to empty the store, for a test that runs many examples on it."""
    with open_raw(url) as raw, closing(sqlite3.connect(":memory:")) as pristine:
        if isinstance(raw, sqlite3.Connection):
            raw.backup(pristine)

        def renew() -> Store:
            if isinstance(raw, sqlite3.Connection):
                pristine.backup(raw)
            else:
                raw.execute("SET session_replication_role = replica")  # triggers don't fire
                for table in tables.metadata.sorted_tables:
                    if table is not tables.migration:
                        raw.execute(f"DELETE FROM {table.name}")  # noqa: S608
            return Store(database)

        yield renew


@pytest.fixture(scope="session")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Lend two other processes to work in."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool

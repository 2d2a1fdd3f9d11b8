"""Stores of one's own, and servers on them that do not outlive the tests."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client
from tests.faults.servers import Servers
from tests.faults.store import Store
from tests.faults.twins import Twins, start_twins
from tests.plugins.postgresql import PostgreSQLServer, lend_database
from tests.plugins.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.plugins.server import LrsServer


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Store:
    """Name a SQLite file that is not there yet."""
    return Store(f"sqlite:///{tmp_path / 'data' / 'lrs.sqlite3'}")


@pytest.fixture
def on_postgresql(postgresql_database: str) -> Store:
    """Lend an empty PostgreSQL database."""
    return Store(postgresql_database)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Start servers; none is left at the end."""
    with ExitStack() as ends:
        yield Servers(tmp_path, ends)


@pytest.fixture(scope="session")
def twins_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Start two servers on a SQLite file that is not there yet."""
    folder = tmp_path_factory.mktemp("twins-sqlite")
    store = Store(f"sqlite:///{folder / 'data' / 'lrs.sqlite3'}")
    with ExitStack() as ends:
        yield start_twins(store, Servers(folder, ends), folder / "data")


@pytest.fixture(scope="session")
def twins_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql_url: str
) -> Iterator[Twins]:
    """Start two servers on an empty PostgreSQL database."""
    folder = tmp_path_factory.mktemp("twins-postgresql")
    with lend_database(postgresql_url) as url, ExitStack() as ends:
        yield start_twins(Store(url), Servers(folder, ends), folder / "data")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def twins(request: pytest.FixtureRequest) -> Twins:
    """Hand out two servers on one store, once on each database; tests share them."""
    twins: Twins = request.getfixturevalue(f"twins_on_{request.param}")
    return twins


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQLServer]:
    """Lend a database server of its own to a module; a test that changes it changes it back."""
    with PostgreSQLServer() as server:
        yield server


@pytest.fixture(scope="module")
def lrs(
    postgresql: PostgreSQLServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run a server of two processes on it."""
    url = postgresql.create_database("faults")
    with serve(tmp_path_factory.mktemp("faults"), url, workers=2) as server:
        yield server


@pytest.fixture
def client(lrs: LrsServer) -> Iterator[Client]:
    """Lend a client."""
    with Client(lrs.endpoint, lrs.lend_credential(), "2.0.0") as client:
        yield client

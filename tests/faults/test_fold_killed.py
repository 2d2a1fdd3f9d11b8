"""The fold is killed again and again while statements arrive: nothing is lost or counted twice."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from contextlib import closing, contextmanager
from datetime import date
from typing import TYPE_CHECKING

import orjson
import pytest

from lrs.auth import principal_of
from lrs.settings import Settings
from lrs.simulation import Options, Simulation
from projections.opening import open_records
from projections.status import read_status
from projections.verification import verify
from schemas.versions import Version
from statements.admission import Appended
from statements.append import Appender, head
from statements.credentials import find_credential
from statements.opening import open_database
from statements.prepared import prepare
from statements.requests import AppendRequest
from statements.terms import Dictionary
from tests.http.live import wait_until
from tests.plugins.server import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from statements.database import Database
    from tests.faults.servers import Servers
    from tests.faults.store import Store
    from tests.plugins.server import LrsServer

KILLS = 4
BATCH = 100
OPTIONS = Options(
    learners=40, courses=18, start=date(2025, 1, 1), end=date(2025, 1, 20), weekly_learners=30.0
)


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """Lend an empty store on either database."""
    store: Store = request.getfixturevalue(request.param)
    return store


def test_a_killed_fold_loses_nothing_and_counts_nothing_twice(
    store: Store, servers: Servers, tmp_path: Path
) -> None:
    server = servers.plan(store)
    arriving = Arriving(store)
    server.run("catalogue", "import", str(_catalogue(arriving, tmp_path)))
    chance = random.Random(4)  # noqa: S311  # the moments of the kills, repeatable
    for _ in range(KILLS):
        with _working(server, signal.SIGKILL):
            arriving.send(6)
            time.sleep(chance.uniform(0.3, 1.5))
            arriving.send(4)
    with _working(server, signal.SIGTERM):
        arriving.send(1_000)
        wait_until(lambda: _is_folded(store, server), "everything is folded")
    with closing(open_database(store.url)) as log, closing(_records(server)) as records:
        found = verify(log, records, 1800.0, lambda position: None)  # noqa: ARG005
    assert found.differences == []
    assert found.position == arriving.sent
    assert found.lines > arriving.sent


class Arriving:
    """A simulated month on its way to a store."""

    def __init__(self, store: Store) -> None:
        self.simulation = Simulation(OPTIONS)
        self.sent = 0
        self._store = store
        credential = store.prepare()
        with closing(open_database(store.url)) as database:
            found = database.read(lambda connection: find_credential(connection, credential.key))
        assert found is not None
        self._sender = principal_of(found).sender
        self._statements = self.simulation.statements()

    def send(self, batches: int) -> None:
        """Append as many batches, or as many as are left."""
        with closing(open_database(self._store.url)) as database:
            appender = Appender(database, Dictionary())
            for _ in range(batches):
                batch = [raw for raw, _ in zip(self._statements, range(BATCH), strict=False)]
                if not batch:
                    return
                prepared = [
                    prepare(raw, orjson.loads(raw), Version.V1, self._sender) for raw in batch
                ]
                for each in prepared:  # the month repeats some, which are no batch's business
                    (outcome,) = appender.append([AppendRequest([each])])
                    assert isinstance(outcome, Appended)
                    self.sent += outcome.new


@contextmanager
def _working(server: LrsServer, end: signal.Signals) -> Iterator[None]:
    """Fold in a process of its own, which gets this signal at the end."""
    process = subprocess.Popen([COMMAND, "work"], env=server.environment)  # noqa: S603
    try:
        yield
    finally:
        process.send_signal(end)
        process.wait(20)


def _catalogue(arriving: Arriving, folder: Path) -> Path:
    file = folder / "catalogue.yaml"
    file.write_bytes(orjson.dumps(arriving.simulation.catalogue()))
    return file


def _records(server: LrsServer) -> Database:
    return open_records(Settings.from_environment(server.environment).records_url)


def _is_folded(store: Store, server: LrsServer) -> bool:
    """Whether everything is folded that is in the log, and nothing is to be folded again."""
    with closing(open_database(store.url)) as log, closing(_records(server)) as records:
        status = records.read(read_status)
        served = [each for each in status.checkpoints if not each.is_next]
        rests = len(served) == len(status.checkpoints) > 0 and not status.stale
        return rests and status.position == log.read(head).position

"""The server under test: `lrs serve` as real processes, reached over real HTTP.

`lrs_on_sqlite` and `lrs_on_postgresql` live as long as the session; `lrs` runs a test on both.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import weakref
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING

import httpx
import pytest

from lrs.issuing import Wish, issue
from lrs.settings import Settings
from projections.opening import open_records
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from projections.schema import LOCK
from statements.migrate import distribute, migrate, open_current
from statements.opening import open_database
from tests.plugins.postgresql import lend_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMAND = Path(sys.executable).with_name("lrs")
START_TIMEOUT_SECONDS = 30  # a cold interpreter, migrations and several workers on a busy machine
STOP_TIMEOUT_SECONDS = 20
POLL_SECONDS = 0.05
PLAIN = SSLContext(PROTOCOL_TLS_CLIENT)  # never used; httpx would load certificates, for 0.1 s


class CommandFailedError(Exception):
    """A command of the server under test failed; carries what it printed."""


@dataclass(frozen=True)
class Credential:
    """What `lrs credentials create --json` answers: a key and its secret, for HTTP Basic."""

    key: str
    secret: str = field(repr=False)


class Port:
    """A TCP port of the loopback interface on which nobody listens but who is told of it.

    The system gives it to nobody else as long as this object is there, however often the server on
    it ends and starts again: other tests run at the same time.
    """

    def __init__(self) -> None:
        with socket.socket() as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", 0))
            self.number: int = holder.getsockname()[1]
            weakref.finalize(self, os.close, holder.detach())


class LrsServer:
    """One `lrs serve` with its own data directory, on SQLite or on the database of a URL."""

    def __init__(
        self,
        directory: Path,
        database_url: str | None = None,
        *,
        workers: int = 1,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Plan a server: `directory` holds its data and its log, `settings` are LRS_* variables."""
        self.directory = directory
        self.workers = workers
        self._port = Port()
        self.port = self._port.number
        self.url = f"http://127.0.0.1:{self.port}"
        self.endpoint = f"{self.url}/xapi"
        self.environment = self._build_environment(database_url, settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start_bytes = 0
        self._lent: dict[tuple[str, ...], Credential] = {}

    def _build_environment(
        self, database_url: str | None, settings: Mapping[str, str]
    ) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
        own = {
            "LRS_HOST": "127.0.0.1",
            "LRS_PORT": str(self.port),
            "LRS_DATA_DIR": str(self.directory / "data"),
            "LRS_WORK": "no",  # what is not about learning records has the machine for itself
        }
        database = {"LRS_DATABASE_URL": database_url} if database_url else {}
        return inherited | own | database | dict(settings)

    def run(self, *arguments: str) -> str:
        """Run an `lrs` command against this store; return what it printed or raise."""
        result = subprocess.run(  # noqa: S603  the command under test, not a shell
            [COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise CommandFailedError(f"lrs {' '.join(arguments)}: {result.stderr}")
        return result.stdout

    def create_credential(self, name: str, *scopes: str, confined_to: str = "") -> Credential:
        """Create a credential with these scopes, or else with every right.

        This and migrate() do in this process what the commands do that are tried elsewhere: a
        process needs a second of a busy machine to start.
        """
        settings = Settings.from_environment(self.environment)
        wish = Wish(name, scopes or ("all",), None, confined_to, confined=bool(confined_to))
        with open_current(settings.database_url) as database:
            credential, secret = issue(database, wish, settings)
        return Credential(credential.key, secret)

    def migrate(self) -> None:
        """Create the store, or bring it up to date."""
        settings = Settings.from_environment(self.environment)
        with closing(open_database(settings.database_url)) as database:
            migrate(database)
            distribute(database)

    def lend_credential(self, *scopes: str) -> Credential:
        """Return the credential with just these scopes that whoever asks may share."""
        if scopes not in self._lent:
            self._lent[scopes] = self.create_credential(f"shared: {' '.join(scopes)}", *scopes)
        return self._lent[scopes]

    def start(self) -> None:
        """Create the store, start the server and wait until it says that it is ready."""
        self.migrate()
        self.launch(COMMAND, "serve", "--workers", self.workers)

    def launch(self, *command: object) -> None:
        """Start the server by a command, on the store as it is, and wait until it is ready.

        All of it: a worker that still starts ends the server if the store is taken away from it.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._log_start_bytes = log.tell()
            self._process = subprocess.Popen(  # noqa: S603  the command under test
                [str(word) for word in command],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that its workers can be ended with it
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """Process of the running server, the parent of its workers."""
        assert self._process is not None
        return self._process.pid

    @property
    def log_path(self) -> Path:
        """What the server prints."""
        return self.directory / "server.log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._is_ready():
            status = self._process.poll() if self._process else None
            if status is not None or time.monotonic() > deadline:
                raise CommandFailedError(f"not ready, status {status}\n{self.read_log()}")
            time.sleep(POLL_SECONDS)  # another process: there is nothing to wait on but time

    def _is_ready(self) -> bool:
        return self._answers() and self._have_all_started()

    def _have_all_started(self) -> bool:
        log, _, _ = self.log_path.read_bytes()[self._log_start_bytes :].rpartition(b"\n")
        lines = [json.loads(line) for line in log.splitlines() if line.startswith(b"{")]
        wanted = [line["workers"] for line in lines if line["message"] == "listening"]
        ready = sum(line["message"] == "ready" for line in lines)
        return bool(wanted) and ready >= wanted[0]

    def _answers(self) -> bool:
        try:
            url = f"{self.url}/health/ready"
            return httpx.get(url, trust_env=False, verify=PLAIN).is_success
        except httpx.TransportError:
            return False

    def fold(self) -> None:
        """Fold what is stored into learning records once, and export it for analysts."""
        settings = Settings.from_environment(self.environment)
        with (
            open_current(settings.database_url) as log,
            closing(open_records(settings.records_url)) as records,
        ):
            lease = Lease()
            engine = build_engine(log, records, lease)
            records.write(lease.claim, lock=LOCK)
            while engine.step():
                pass
            records.write(lease.release, lock=LOCK)
        self.run("analytics", "export")

    def read_log(self) -> str:
        """Return what the server has printed so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stop(self) -> None:
        """End the server and its workers; kill them if they do not end in time."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self) -> None:
        """Kill the server and its workers at once, and wait until nobody has its port."""
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        while self._is_listening():
            time.sleep(POLL_SECONDS)

    def _is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def serve(
    directory: Path,
    database_url: str | None = None,
    *,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
) -> Iterator[LrsServer]:
    """Run a server for the length of a `with` block."""
    server = LrsServer(directory, database_url, workers=workers, settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def lrs_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsServer]:
    """Run a server on its own SQLite store."""
    with serve(tmp_path_factory.mktemp("lrs-sqlite")) as server:
        yield server


@pytest.fixture(scope="session")
def lrs_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql_url: str
) -> Iterator[LrsServer]:
    """Run a server of two worker processes on its own PostgreSQL database."""
    directory = tmp_path_factory.mktemp("lrs-postgresql")
    with lend_database(postgresql_url) as url, serve(directory, url, workers=2) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def lrs(request: pytest.FixtureRequest) -> LrsServer:
    """Hand out the server under test, once on each database."""
    server: LrsServer = request.getfixturevalue(f"lrs_on_{request.param}")
    return server

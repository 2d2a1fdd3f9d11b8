"""A throw-away PostgreSQL server, started when a test first asks for one.

`postgresql_url` is the administrator's URL of a server that lives as long as the session:
LRS_TEST_POSTGRESQL_URL if set, else a server started from programs found on this machine.
`postgresql_database` is the URL of a new, empty database, dropped after the test. A test that
stops or kills its server takes one of its own: `with PostgreSQLServer() as server`.
"""

from __future__ import annotations

import os
import secrets
import select
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.plugins.postgresql_programs import find_account, find_programs, start_program
from tests.plugins.throwaway import ThrowawayDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEMORY = Path("/dev/shm")  # noqa: S108  only names made by mkdtemp are used in it
MEMORY_WANTED_BYTES = 2 << 30  # a container's usual 64 MB would not hold the write-ahead log
TIMEOUT_SECONDS = 30  # to start or to stop, on a busy machine
POLL_SECONDS = 0.02

# What commits here is what commits in production: fsync and the like stay on.
SETTINGS = (
    "--listen_addresses=",  # only who may enter the socket's directory gets in
    "--unix_socket_directories=..",  # the parent of `data`
    "--max_connections=200",  # several servers of several workers
    "--max_wal_size=256MB",  # the directory may be in memory
    "--dynamic_shared_memory_type=mmap",  # in the directory, where it goes with a killed server
)
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class ServerFailedError(Exception):
    """A server did not start or did not end; carries the end of its log."""


def choose_parent() -> Path | None:
    """Return where to keep data: in memory if there is enough of it, else None, for files.

    In memory a database is made in a tenth of the time.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < MEMORY_WANTED_BYTES:
        return None
    return MEMORY


class PostgreSQLServer:
    """A server with data of its own, reached by a socket in a directory closed to others.

    start(), stop() and kill() may follow each other; the data stay until close(), or until this
    object or this process goes.
    """

    def __init__(
        self,
        programs: Path | None = None,
        parent: Path | None = None,
        settings: Sequence[str] = (),
    ) -> None:
        """Plan a server.

        `programs` is a directory with `initdb` and `postgres`, by default one that is found;
        `parent` a directory to keep the data in, by default memory; `settings` are options of
        `postgres` beside those that every test server has.
        """
        self._settings = (*SETTINGS, *settings)
        self._programs = programs or find_programs()
        self._directory = ThrowawayDirectory(parent or choose_parent())
        self._process: subprocess.Popen[bytes] | None = None
        self._last_gone = -1  # a pipe that ends when the last process of the server has

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def directory(self) -> Path:
        """The directory of the socket, the log and, in `data`, the cluster."""
        return self._directory.path

    def url(self, database: str = "postgres") -> str:
        """Return the administrator's SQLAlchemy URL of a database, whether it exists or not."""
        query = {"host": str(self.directory)}
        url = URL.create("postgresql+psycopg", "postgres", database=database, query=query)
        return url.render_as_string()

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        return create_database(self.url(), name)

    def start(self) -> None:
        """Start the server, the first time on new data, and return when it answers.

        Raises ServerFailedError.
        """
        if not (self.directory / "data").exists():
            self._initialise()
        command = [str(self._programs / "postgres"), "-D", "data", *self._settings]
        self._last_gone, held_by_server = os.pipe()
        self._process = start_program(command, self.directory, pass_fds=(held_by_server,))
        os.close(held_by_server)
        self._wait_for_answer(self._process)

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop the server as `pg_ctl stop` does, if it runs, and return when it has ended."""
        if self._process:
            self._process.send_signal(STOP_SIGNALS[mode])
            self._wait_for_end(self._process)

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would."""
        if self._process:
            pid = self._process.pid
            self._process.send_signal(signal.SIGSTOP)  # so that it starts no other meanwhile
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            self._process.kill()
            self._wait_for_end(self._process)

    def close(self) -> None:
        """Stop the server and remove its data."""
        self.stop()
        self._directory.remove()

    def _initialise(self) -> None:
        give_to_account(self.directory)
        pristine = make_cluster(self._programs).path / "data"
        subprocess.run(["cp", "-a", pristine, self.directory], check=True)  # noqa: S603, S607  fixed

    def _wait_for_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                return connect(self.url()).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    self.stop("immediate")
                    raise ServerFailedError(self._read_log()) from error
                time.sleep(POLL_SECONDS)

    def _wait_for_end(self, process: subprocess.Popen[bytes]) -> None:
        process.wait(TIMEOUT_SECONDS)
        ended, _, _ = select.select([self._last_gone], [], [], TIMEOUT_SECONDS)
        os.close(self._last_gone)
        self._process = None
        if not ended:
            raise ServerFailedError(self._read_log())

    def _read_log(self) -> str:
        return read_log(self.directory)


@cache
def make_cluster(programs: Path) -> ThrowawayDirectory:
    """Make a cluster with `initdb`, in `data`: for each server a copy, which takes a tenth of it.

    Raises ServerFailedError.
    """
    directory = ThrowawayDirectory(choose_parent())
    give_to_account(directory.path)
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    command = [str(programs / "initdb"), "-D", "data", *options]
    if start_program(command, directory.path).wait(TIMEOUT_SECONDS):
        raise ServerFailedError(read_log(directory.path))
    return directory


def give_to_account(directory: Path) -> None:
    """Make the account that runs servers the owner of a directory."""
    account = find_account()
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)


def read_log(directory: Path) -> str:
    """Return the end of what the programs in a directory have printed."""
    return (directory / "log").read_text(errors="replace")[-4000:]


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection that commits each command to the database of a SQLAlchemy URL."""
    libpq = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(libpq, autocommit=True)


def create_database(administrator_url: str, name: str) -> str:
    """Create an empty database and return its URL."""
    command = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    with connect(administrator_url) as connection:
        connection.execute(command)
    return make_url(administrator_url).set(database=name).render_as_string(hide_password=False)


def drop_database(administrator_url: str, name: str) -> None:
    """Drop a database, and whatever connections it still has."""
    command = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with connect(administrator_url) as connection:
        connection.execute(command)


@contextmanager
def lend_database(administrator_url: str) -> Iterator[str]:
    """Lend the URL of a new, empty database for the length of a `with` block."""
    name = f"lrs_test_{secrets.token_hex(8)}"
    url = create_database(administrator_url, name)
    try:
        yield url
    finally:
        drop_database(administrator_url, name)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Lend the session the administrator's URL of a server."""
    given = os.environ.get("LRS_TEST_POSTGRESQL_URL")
    if given:
        url = make_url(given).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    else:
        with PostgreSQLServer() as server:
            yield server.url()


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    """Lend a test the URL of a new, empty database."""
    with lend_database(postgresql_url) as url:
        yield url

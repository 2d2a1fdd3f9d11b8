"""PostgreSQL has no more room: writes are refused for now, reads go on, nothing is half written."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.conformance.multipart import HEADERS, encode_statements
from tests.conformance.samples import make_attachment, make_statement
from tests.hostile.neighbour import Neighbour, bugs_in_log, fault_of_refusal
from tests.http.live import wait_until
from tests.plugins.postgresql import PostgreSQLServer, connect
from tests.plugins.postgresql_programs import find_account, find_programs, start_program
from tests.plugins.server import serve
from tests.plugins.throwaway import ThrowawayDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.conformance.client import Client
    from tests.plugins.server import LrsServer

SMALL_BYTES = 96 << 20  # of the file system that can be filled
FILE_BYTES = 24 << 20  # more than a segment of the write-ahead log has
ATTACHMENT_BYTES = 4 << 20
FILL = "INSERT INTO ballast SELECT '' FROM generate_series(1, 2000)"  # 4 MB

# Mounts a file system of its own, seen by nobody else, at `small`, and runs there as who it was.
POSTGRES = """#!/bin/sh
exec unshare --user --map-root-user --mount sh -c '
    mount -t tmpfs -o size={size} small small || exit
    exec unshare --user --map-user={uid} --map-group={gid} {postgres} "$@"' postgres "$@"
"""


def may_mount() -> bool:
    """Whether this machine lets anybody mount something that nobody else sees."""
    program = shutil.which("unshare")
    if program is None:
        return False
    mount = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", "/mnt"]
    return not subprocess.run([program, *mount], check=False).returncode  # noqa: S603  # fixed


def write_programs(directory: Path) -> None:
    """Make programs whose server has a small file system."""
    account, programs = find_account(), find_programs()
    directory.chmod(0o755)
    (directory / "initdb").symlink_to(programs / "initdb")
    script = POSTGRES.format(
        size=SMALL_BYTES,
        uid=account.pw_uid if account else os.getuid(),
        gid=account.pw_gid if account else os.getgid(),
        postgres=programs / "postgres",
    )
    (directory / "postgres").write_text(script)
    (directory / "postgres").chmod(0o755)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQLServer]:
    """Lend a server with a small file system, where that can be had."""
    programs = ThrowawayDirectory()
    is_small = may_mount()
    if is_small:
        write_programs(programs.path)
    server = PostgreSQLServer(programs.path if is_small else None)
    (server.directory / "small").mkdir()
    with server:
        yield server
    programs.remove()


@pytest.fixture(scope="module")
def lrs(
    postgresql: PostgreSQLServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run a server whose database, but not the write-ahead log, is in the small file system."""
    small = postgresql.directory / "small"
    account = find_account()
    if account:
        os.chown(small, account.pw_uid, account.pw_gid)  # where nothing is mounted
    with closing(connect(postgresql.url())) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small}'".encode())
        connection.execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
    url = postgresql.url("small")
    with serve(tmp_path_factory.mktemp("small"), url, workers=2) as server:
        yield server


@contextmanager
def disk_full(postgresql: PostgreSQLServer) -> Iterator[None]:
    """Fill the database's file system to the last block, for the length of a `with` block."""
    with closing(connect(postgresql.url("small"))) as connection:
        connection.execute("CREATE UNLOGGED TABLE ballast (filling char(1900))")
        try:
            with suppress(psycopg.errors.DiskFull):
                while True:
                    connection.execute(FILL)
            yield
        finally:
            connection.execute("DROP TABLE ballast")


@contextmanager
def files_limited(postgresql: PostgreSQLServer) -> Iterator[None]:
    """Let no file of the server grow beyond a limit, for the length of a `with` block."""
    limit_files(postgresql, str(FILE_BYTES))
    try:
        yield
    finally:
        limit_files(postgresql, "unlimited")


def limit_files(postgresql: PostgreSQLServer, limit: str) -> None:
    """Set the soft limit of the size of files, as the account whose processes they are."""
    first = (postgresql.directory / "data" / "postmaster.pid").read_text().split()[0]
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    for process in (first, *children):
        command = ["prlimit", "--pid", process, f"--fsize={limit}:"]
        start_program(command, postgresql.directory).wait()  # one that has ended does not matter


@pytest.mark.skipif(not may_mount(), reason="this machine lets nobody mount a file system")
def test_writes_are_refused_while_the_disk_is_full_and_go_on_when_there_is_room(
    lrs: LrsServer, postgresql: PostgreSQLServer, client: Client
) -> None:
    (stored,) = client.store(make_statement())
    with Neighbour(lrs) as neighbour:
        with disk_full(postgresql):
            wait_until(lambda: neighbour.refused > 2, "there is no room")
            assert client.fetch(stored)["id"] == stored
            assert client.get("statements").status_code == 200
            response = send_large(client)
            assert fault_of_refusal(response) == ""
        acknowledged = len(neighbour.acknowledged)
        wait_until(lambda: len(neighbour.acknowledged) > acknowledged + 2, "there is room again")
    neighbour.check()
    assert "the database failed: could not extend file" in lrs.read_log()
    assert bugs_in_log(lrs) == []


def test_writes_are_refused_where_a_file_may_not_grow_and_others_are_taken(
    lrs: LrsServer, postgresql: PostgreSQLServer, client: Client
) -> None:
    with files_limited(postgresql), Neighbour(lrs) as neighbour:
        for _ in range(FILE_BYTES // ATTACHMENT_BYTES + 1):
            response = send_large(client)
            if response.status_code != 200:
                break
        assert fault_of_refusal(response) == ""
        acknowledged = len(neighbour.acknowledged)
        wait_until(lambda: len(neighbour.acknowledged) > acknowledged + 2, "others go on")
    assert send_large(client).status_code == 200
    neighbour.check()
    assert bugs_in_log(lrs) == []


def send_large(client: Client) -> httpx.Response:
    """POST a statement with an attachment that nothing can compress."""
    content = secrets.token_bytes(ATTACHMENT_BYTES)
    statement = make_statement(attachments=[make_attachment(content)])
    return client.send("POST", "statements", encode_statements(statement, content), HEADERS)

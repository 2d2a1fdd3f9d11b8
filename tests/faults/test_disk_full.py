"""A disk that is full: stood for by a limit on the size of a file, which needs no rights.

Beyond it the kernel refuses a write, as on a full disk, and SQLite gives up the transaction.
"""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.load import Load, Writer
from tests.faults.servers import list_workers, serve
from tests.faults.wire import open_line

if TYPE_CHECKING:
    from tests.faults.servers import Servers
    from tests.faults.store import Store
    from tests.plugins.server import Credential, LrsServer

ROOM_BYTES = 300_000  # for some flushes
BATCHES = 5  # of each writer
LARGE_BATCH_STATEMENTS = 500
REFUSALS = 10  # of each writer, while the disk is full
WRITTEN, UNAVAILABLE = {200, 204}, 503


class Disk:
    """What the processes of a server may still write to the store's file of new pages."""

    def __init__(self, server: LrsServer, store: Store) -> None:
        self._server = server
        self._log = Path(store.url.removeprefix("sqlite:///") + "-wal")

    def fill(self, room_bytes: int) -> None:
        """Leave so much room."""
        self.limit(self._log.stat().st_size + room_bytes)

    def clear(self) -> None:
        """Leave as much room as there was."""
        self.limit(resource.RLIM_INFINITY)

    def limit(self, size_bytes: int) -> None:
        """Refuse to write to any file beyond so many bytes."""
        for process in list_workers(self._server):
            _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (size_bytes, hard))


@pytest.fixture
def credential(on_sqlite: Store) -> Credential:
    """Make the tables and a credential."""
    return on_sqlite.prepare()


@pytest.fixture
def server(on_sqlite: Store, credential: Credential, servers: Servers) -> LrsServer:
    """Serve the store, with a log that grows with each request."""
    assert credential
    server = servers.plan(on_sqlite, settings={"LRS_ACCESS_LOG": "yes"})
    serve(server)
    return server


@pytest.fixture
def disk(server: LrsServer, on_sqlite: Store) -> Disk:
    """Lend the disk."""
    return Disk(server, on_sqlite)


async def write_for_a_while(load: Load, server: LrsServer) -> None:
    """Write while there is room."""
    async with load.running(server.port):
        await load.progress(BATCHES)


async def write_until_full(load: Load, server: LrsServer, disk: Disk) -> None:
    """Write until everybody was refused some times."""
    async with load.running(server.port):
        await load.progress(BATCHES)
        disk.fill(ROOM_BYTES)
        await load.progress(REFUSALS, status=UNAVAILABLE)


async def read(server: LrsServer, credential: Credential, load: Load) -> None:
    """Read what was acknowledged: by id, and the newest page."""
    async with open_line(server.port, credential) as line:
        for writer in load.writers:
            if not writer.acknowledged:
                continue
            last = writer.sent[writer.acknowledged - 1][-1]
            answer = await line.send("GET", f"statements?statementId={last}")
            assert (answer.status, answer.json["id"]) == (200, last)
        answer = await line.send("GET", "statements?limit=100")
        assert (answer.status, len(answer.json["statements"])) == (200, 100)


async def refuse(server: LrsServer, load: Load) -> None:
    """Write until it is refused; the refusal says when to come again, nothing of the database.

    There may still be room for something: after a checkpoint SQLite uses the space of its log
    again. That ends when the database, too, has come to the limit.
    """
    writer = Writer("large", LARGE_BATCH_STATEMENTS)
    load.writers.append(writer)
    async with open_line(server.port, load.credential) as line:
        while (answer := await writer.deliver(line)).status in WRITTEN:
            pass
    assert (answer.status, answer.json["error"]) == (UNAVAILABLE, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "disk" not in answer.json["message"]


def test_a_full_disk_refuses_writes_loses_nothing_and_lets_read(
    on_sqlite: Store, credential: Credential, server: LrsServer, disk: Disk
) -> None:
    load = Load(credential)
    asyncio.run(write_until_full(load, server, disk))
    assert load.statuses == WRITTEN | {UNAVAILABLE}
    asyncio.run(refuse(server, load))
    asyncio.run(read(server, credential, load))
    load.check_partial(on_sqlite.ids())
    on_sqlite.check()

    disk.clear()  # the same processes go on
    asyncio.run(load.finish(server.port))
    load.check_whole(on_sqlite.ids())
    assert load.statuses == WRITTEN | {UNAVAILABLE}
    on_sqlite.check()


def test_a_server_killed_on_a_full_disk_comes_back_when_there_is_room(
    on_sqlite: Store, credential: Credential, server: LrsServer, disk: Disk
) -> None:
    load = Load(credential)
    asyncio.run(write_until_full(load, server, disk))
    server.kill()
    load.check_partial(on_sqlite.ids())
    serve(server)
    asyncio.run(load.finish(server.port))
    load.check_whole(on_sqlite.ids())
    on_sqlite.check()


def test_when_not_a_byte_can_be_written_anywhere_reads_go_on(
    on_sqlite: Store, credential: Credential, server: LrsServer, disk: Disk
) -> None:
    """Not even the server's log, or the time in the lock's file that a look at it leaves."""
    load = Load(credential)
    asyncio.run(write_for_a_while(load, server))
    disk.limit(0)
    asyncio.run(refuse(server, load))
    asyncio.run(read(server, credential, load))

    disk.clear()
    asyncio.run(load.finish(server.port))
    load.check_whole(on_sqlite.ids())

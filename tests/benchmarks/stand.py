"""The server that is measured: a real one, its store on a real disk."""

from __future__ import annotations

import base64
import os
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from statements import tables
from statements.credentials import find_credential
from statements.opening import open_database
from statements.sealing import seal_next
from statements.upkeep import IDLE_SECONDS
from tests.benchmarks.http_load import Target
from tests.benchmarks.questions import Known
from tests.plugins.postgresql import PostgreSQLServer, ServerFailedError, connect
from tests.plugins.server import LrsServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from statements.connection import Connection
    from statements.credentials import Credential

KNOWN_IDS = 20_000


class Stand(NamedTuple):
    """A running server and the way to its store."""

    server: LrsServer
    database_url: str
    target: Target
    credential: Credential

    def settle(self) -> None:
        """Do what is done beside requests as a store grows, after a fill that takes no time for it.

        PostgreSQL vacuums, as its own benchmark has it do; segments are sealed, and the server's
        upkeep sees that.
        """
        if self.database_url.startswith("postgresql"):
            with closing(connect(self.database_url)) as connection:
                connection.execute("VACUUM (ANALYZE)")
        with closing(open_database(self.database_url)) as database:
            while seal_next(database):
                pass
        time.sleep(2 * IDLE_SECONDS)

    def memory_bytes(self) -> int:
        """The most that the server's processes have had in memory, each at its worst moment.

        What they have of files, nearly all of it programs, is one and the same: it counts once.
        """
        processes = list(family(self.server.pid))
        files = [file_bytes(pid) for pid in processes]
        return sum(map(peak_bytes, processes)) - sum(files) + max(files)

    def disk_bytes(self) -> int:
        """Bytes of the store on disk, indexes included."""
        with closing(open_database(self.database_url)) as database:
            return database.size_bytes()

    def known(self) -> Known:
        """What the store holds."""
        with closing(open_database(self.database_url)) as database:
            return database.read(_look)


@contextmanager
def stand(database: str, workers: int, directory: Path) -> Iterator[Stand]:
    """Start a server on a new store in a directory, on `sqlite` or `postgresql`.

    Or on the database of a URL, which stays.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(dir=directory)))
        path.chmod(0o711)  # PostgreSQL may run as another account
        if database == "sqlite":
            database = f"sqlite:///{path / 'lrs.sqlite3'}"
        elif database == "postgresql":
            server = _production(_open_to_all(path))
            stack.callback(server.close)
            database = server.create_database("lrs")
        yield stack.enter_context(_served(path, database, workers))


def _open_to_all(path: Path) -> Path:
    """The path if PostgreSQL's account gets there, else the system's for temporary files."""
    ways = [path, *path.resolve().parents]
    return path if all(way.stat().st_mode & 0o001 for way in ways) else Path(gettempdir())


# What docs/operate.md tells operators to set.
PRODUCTION = (
    "--shared_buffers=1GB",
    "--max_wal_size=8GB",
    "--checkpoint_timeout=15min",
    "--wal_compression=lz4",
)


def _production(parent: Path) -> PostgreSQLServer:
    """A server that runs as in production, but for lz4 if it was built without."""
    try:
        return _started(parent, PRODUCTION)
    except ServerFailedError:
        return _started(parent, [setting for setting in PRODUCTION if "lz4" not in setting])


def _started(parent: Path, settings: Sequence[str]) -> PostgreSQLServer:
    server = PostgreSQLServer(parent=parent, settings=settings)
    server.start()
    return server


@contextmanager
def _served(path: Path, url: str, workers: int) -> Iterator[Stand]:
    server = LrsServer(path, url, workers=workers, settings={"LRS_ACCESS_LOG": "yes"})
    server.start()
    try:
        lent = server.create_credential("benchmark")
        token = base64.b64encode(f"{lent.key}:{lent.secret}".encode()).decode()
        with closing(open_database(url)) as database:
            credential = database.read(lambda connection: find_credential(connection, lent.key))
        assert credential is not None
        yield Stand(server, url, Target(server.port, f"Basic {token}"), credential)
    finally:
        server.stop()


def _look(connection: Connection) -> Known:
    column = tables.statement.c
    bounds = select(func.max(column.position), func.min(column.stored), func.max(column.stored))
    size, first, last = connection.rows(bounds)[0]
    if size is None:
        return Known(0, [], 0, 0)
    step = max(1, size // KNOWN_IDS)
    rows = connection.find(column.position, range(1, size + 1, step), column.id)
    return Known(size, [str(UUID(bytes=row[0])) for row in rows], first, last)


def family(pid: int) -> Iterator[int]:
    """A process and all that it or one of its threads has started, and these in turn."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def peak_bytes(pid: int) -> int:
    """The most that a process has had in memory."""
    return _status_bytes(pid, "VmHWM")


def file_bytes(pid: int) -> int:
    """What a process has in memory of files."""
    return _status_bytes(pid, "RssFile")


def _status_bytes(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    return int(status[name].split()[0]) * 1024


def machine() -> str:
    """One line that names the machine."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if "model name" in line), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {model}, {memory:.0f} GiB, Linux {os.uname().release}"

"""A large export reads the log in several processes, and gives what one process gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analytics import log_export
from analytics.errors import LakeChanged, LakeError
from analytics.exporting import Exporter
from analytics.log_export import LogReader, Privacy
from analytics.manifest import read_manifest
from analytics.processes import Others
from statements.sqlite import SQLite
from tests.analytics.lakes import PSEUDONYMS, lend_world
from tests.statements.store import new_statement, new_void
from tests.statements.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.analytics.lakes import World

Lend = Callable[[], AbstractContextManager[LogReader]]

JANUARY = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)

START_SECONDS = 100.0  # of three interpreters, on a machine that is busy

HANGING = """
import sys
from functools import partial
from pathlib import Path
from analytics import log_export
from tests.analytics import test_processes as here
from tests.analytics.lakes import lend_world

if __name__ == "__main__":
    log_export.MANY_STATEMENTS, log_export.CHUNK_STATEMENTS = 1, 7
    with lend_world(Path(sys.argv[1])) as world:
        here.exporter(world, partial(here.lend_hanging, Path(sys.argv[1]))).run()
"""


@contextmanager
def lend_reader(folder: Path, privacy: Privacy) -> Iterator[LogReader]:
    """Lend a reader of the world's log to another process."""
    with closing(SQLite(str(folder / "log.sqlite3"), lambda: 0)) as database:
        yield LogReader(database, privacy)


@contextmanager
def lend_nothing() -> Iterator[LogReader]:
    """End this process as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield  # type: ignore[misc]  # never reached


@contextmanager
def lend_hanging(folder: Path) -> Iterator[LogReader]:
    """Say which process this is, and hang."""
    (folder / f"{os.getpid()}.pid").touch()
    time.sleep(600)
    yield  # type: ignore[misc]  # never reached


def exporter(world: World, lend: Lend) -> Exporter:
    """What exports with two other processes."""
    reader = LogReader(world.database, world.privacy, others=Others(lend, 2))
    return Exporter(reader, world.store, world.folder / "lock")


def honest(world: World, privacy: Privacy | None = None) -> Lend:
    """Processes that read the world's log."""
    return partial(lend_reader, world.folder, privacy or world.privacy)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_export, "MANY_STATEMENTS", 20)
    monkeypatch.setattr(log_export, "CHUNK_STATEMENTS", 7)
    monkeypatch.setattr(log_export, "SEGMENT_ROWS", 25)


def fill(world: World, count: int) -> None:
    """Append statements of two months, of which one voids another."""
    for number in range(count):
        world.set_clock(JANUARY + timedelta(seconds=4 * number))
        sent = new_statement()
        world.log.append(sent)
    world.log.append(new_void(sent["id"]))


def test_what_was_erased_stays_out_whoever_makes_the_rows(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    ben = {"mbox": "mailto:ben@example.org"}
    world.log.append(*(new_statement() for _ in range(40)), new_statement(actor=ben))
    world.erase(1, 9, 10, persons=["mbox:mailto:ben@example.org"])
    world.log.append(new_statement(actor=ben), *(new_statement() for _ in range(20)))
    exporter(world, honest(world)).run()
    kept = [row["position"] for row in world.rows()]
    assert kept == [n for n in range(1, 64) if n not in {1, 9, 10, 42, 43}]


def test_several_processes_make_the_rows_of_one(world: World, tmp_path: Path) -> None:
    fill(world, 61)
    exporter(world, honest(world)).run()
    apart = (world.rows(), world.paths())
    with lend_world(tmp_path / "alone") as alone:
        Exporter(LogReader(world.database, world.privacy), alone.store, tmp_path / "lock").run()
        assert (alone.rows(), alone.paths()) == apart
    assert [row["position"] for row in world.rows()] == list(range(1, 63))
    assert {path.split("/")[1] for path in world.paths()} == {"month=2026-01", "month=2026-02"}
    fill(world, 3)
    assert exporter(world, lend_nothing).run().statements == 4  # not worth a process


def test_rows_by_other_rules_are_not_mixed_in(world: World) -> None:
    fill(world, 30)
    others = honest(world, Privacy(PSEUDONYMS, free_text=True))
    with pytest.raises(LakeChanged):
        exporter(world, others).run()
    assert not read_manifest(world.store).tables
    exporter(world, honest(world)).run()
    assert len(world.rows()) == 31


def test_a_process_that_is_killed_is_told_and_loses_nothing(world: World) -> None:
    fill(world, 30)
    with pytest.raises(LakeError, match="a process that reads the log"):
        exporter(world, lend_nothing).run()
    exporter(world, honest(world)).run()
    assert [row["position"] for row in world.rows()] == list(range(1, 32))


def test_processes_end_with_the_export_that_was_killed(world: World) -> None:
    fill(world, 30)
    script = world.folder / "hanging.py"
    script.write_text(HANGING)
    first = subprocess.Popen(  # noqa: S603  # a fixed command
        [sys.executable, script, world.folder], env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    wait_until(lambda: len(list(world.folder.glob("*.pid"))) == 2, START_SECONDS)
    first.kill()
    first.wait()
    folders = [Path("/proc") / each.stem for each in world.folder.glob("*.pid")]
    wait_until(lambda: not any(map(is_alive, folders)))


def is_alive(process: Path) -> bool:
    """Whether a process, by its folder in /proc, has not ended: one nobody waited for has."""
    try:
        return ") Z" not in (process / "stat").read_text()
    except FileNotFoundError:
        return False

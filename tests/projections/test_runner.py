"""The loop around the fold: who may, what is said when it fails."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from projections.opening import open_records
from projections.runner import runner as loop
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from projections.runner.ledger import read_ledger
from projections.runner.runner import Runner
from projections.status import read_status
from tests.http.live import wait_until
from tests.projections.translation.statements import COURSE, TIN, moodle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projections.runner.engine import Engine
    from statements.database import Database
    from tests.projections.story import Story

VIEWED = moodle("core/course_viewed", f"{TIN}viewed", COURSE)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Database]:
    """Lend an empty records store."""
    with closing(open_records(f"sqlite:///{tmp_path}/records.sqlite3")) as database:
        yield database


@contextmanager
def running(engine: Engine, lease: Lease, log: Database, records: Database) -> Iterator[None]:
    """Run a runner in a thread."""
    stopping = threading.Event()
    runner = Runner(engine, lease, log, records, stopping)
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(20)
        assert not thread.is_alive()


def is_folded(records: Database, position: int) -> bool:
    status = records.read(read_status)
    served = [each for each in status.checkpoints if not each.is_next]
    return len(served) == len(status.checkpoints) > 0 and status.position == position


def test_a_second_runner_waits_and_takes_over(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RENEW_SECONDS", 0.05)
    story.folder.release()
    log, records = story.store.database, story.records
    story.append(VIEWED)
    first, second = Lease(), Lease()
    with running(build_engine(log, records, second), second, log, records):
        wait_until(lambda: is_folded(records, 1), "the second has folded, being alone")
        with running(build_engine(log, records, first), first, log, records):
            story.append(VIEWED)
            wait_until(lambda: is_folded(records, 2), "one of them has folded")
            assert records.read(read_status).worker == second.holder
    with running(build_engine(log, records, first), first, log, records):
        story.append(VIEWED)
        wait_until(lambda: is_folded(records, 3), "the first has taken over")
        assert records.read(read_status).worker == first.holder
    assert records.read(read_status).worker == ""


def test_whoever_had_lost_the_lease_for_a_while_starts_afresh(records: Database) -> None:
    """Another may have written meanwhile: taking the lease again is no renewal."""
    mine, other = Lease(), Lease()
    assert records.write(mine.claim)
    assert records.write(mine.renew)
    records.write(mine.release)
    assert records.write(other.claim)
    assert not records.write(mine.claim)
    records.write(other.release)
    assert not records.write(mine.renew)
    assert records.write(mine.claim)


def test_a_fold_that_fails_says_so_where_operators_look_until_it_goes_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.01)
    story.folder.release()
    log, records, lease = story.store.database, story.records, Lease()
    engine = build_engine(log, records, lease)
    step, broken = engine.step, threading.Event()

    def fail_or_step() -> bool:
        if broken.is_set():
            raise ZeroDivisionError("of all things")
        return step()

    monkeypatch.setattr(engine, "step", fail_or_step)
    with running(engine, lease, log, records):
        wait_until(lambda: is_folded(records, 0), "the empty log is folded")
        broken.set()
        story.append(VIEWED)
        wait_until(lambda: records.read(read_status).stopped, "it says that it has stopped")
        (stopped,) = records.read(read_status).stopped
        assert (stopped.name, stopped.stopped_at) == ("events", 1)
        assert stopped.error == "ZeroDivisionError('of all things')"
        broken.clear()
        wait_until(lambda: is_folded(records, 1), "it goes on")
        wait_until(lambda: not records.read(read_status).stopped, "it says so")
    assert {each.error for each in records.read(read_ledger).values()} == {""}

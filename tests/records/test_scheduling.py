"""What runs by the clock: when it is due, one at a time, by whoever folds; and verification."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from analytics.lake import alone
from lrs import cron
from lrs.apart import run_apart
from lrs.cron import trigger_of
from lrs.scheduling import Job, scheduled
from lrs.settings import Settings, SettingsError
from lrs.verifying import verify_records
from lrs.working import jobs_of
from projections import tables
from projections.calendar import PARIS
from projections.opening import open_records
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from statements.migrate import migrate
from statements.opening import open_database
from tests.commands.samples import make_moodle_event
from tests.http.live import wait_until
from tests.statements.store import Store, new_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from statements.connection import Connection

NIGHTLY = "30 3 * * *"


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every schedule be due twenty times a second."""

    def due(*_: object) -> object:
        return IntervalTrigger(seconds=0.05)

    monkeypatch.setattr(cron, "trigger_of", due)


def yes() -> bool:
    return True


@pytest.mark.usefixtures("_soon")
def test_jobs_are_done_again_and_again_and_never_two_at_once() -> None:
    running, most, done = 0, 0, [0, 0]

    def job(which: int) -> Callable[[threading.Event], None]:
        def work(_: threading.Event) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            time.sleep(0.08)  # longer than until it is due again
            running -= 1
            done[which] += 1
            if which:
                raise RuntimeError("this one fails each time")

        return work

    with scheduled([Job("one", NIGHTLY, job(0)), Job("other", NIGHTLY, job(1))], yes):
        wait_until(lambda: min(done) >= 2, "both were done twice")
    assert most == 1


@pytest.mark.usefixtures("_soon")
def test_only_whoever_folds_does_jobs() -> None:
    asked = threading.Semaphore(0)
    done: list[threading.Event] = []

    def is_mine() -> bool:
        asked.release()
        return False

    with scheduled([Job("job", NIGHTLY, done.append)], is_mine):
        assert asked.acquire(timeout=10)
        assert asked.acquire(timeout=10)
    assert done == []


@pytest.mark.usefixtures("_soon")
def test_a_job_is_told_when_it_is_to_give_up() -> None:
    begun, told = threading.Event(), threading.Event()

    def work(stopping: threading.Event) -> None:
        begun.set()
        if stopping.wait(20):
            told.set()

    with scheduled([Job("job", NIGHTLY, work)], yes):
        assert begun.wait(10)
    assert told.is_set()


def test_nothing_is_started_without_a_schedule() -> None:
    before = threading.active_count()
    with scheduled([Job("job", "", print)], yes):
        assert threading.active_count() == before


@pytest.mark.parametrize(
    ("schedule", "first"),
    [
        (NIGHTLY, "2026-03-01T03:30:00+01:00"),
        ("0 12 * * 0", "2026-03-01T12:00:00+01:00"),  # a Sunday, as for cron
        ("0 12 * * 7", "2026-03-01T12:00:00+01:00"),
        ("0 12 * * 1-5", "2026-03-02T12:00:00+01:00"),
        ("0 12 * * MON", "2026-03-02T12:00:00+01:00"),
        ("*/15 * * * *", "2026-03-01T00:00:00+01:00"),
        ("0 3 29 * *", "2026-03-29T03:00:00+02:00"),  # summer time begins that night
    ],
)
def test_schedules_mean_what_they_mean_to_cron(schedule: str, first: str) -> None:
    midnight = datetime(2026, 3, 1, tzinfo=PARIS)
    trigger = trigger_of(schedule, PARIS)
    due = trigger.get_next_fire_time(None, midnight - timedelta(seconds=1))
    assert due == datetime.fromisoformat(first)


@pytest.mark.parametrize("text", ["daily", "* * * *", "0 0 3 * * *", "61 * * * *", "0 3 * * 8"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"LRS_VERIFY_SCHEDULE.*five fields as of cron"):
        Settings.from_environment({"LRS_VERIFY_SCHEDULE": text})


def test_records_are_verified_by_the_clock_if_that_is_wanted() -> None:
    settings = Settings.from_environment({"LRS_VERIFY_SCHEDULE": NIGHTLY})
    assert [(job.name, job.schedule) for job in jobs_of(settings)] == [
        ("verify", NIGHTLY),
        ("export", ""),
    ]
    assert {job.schedule for job in jobs_of(Settings())} == {""}


def test_the_lake_is_brought_up_to_date_by_the_clock_if_that_is_wanted(
    folded: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = replace(folded, analytics_export_schedule=NIGHTLY)
    (job,) = (job for job in jobs_of(settings) if job.schedule)
    assert job.work(threading.Event())
    found = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert (found["message"], found["statements"]) == ("the lake is up to date", 1)
    with alone(folded.data_dir / "analytics-lock"):
        assert job.work(threading.Event())
    found = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert (found["level"], found["message"]) == (
        "warning", "the lake was not brought up to date: another export or erasure is running",
    )  # fmt: skip


@pytest.fixture
def folded(tmp_path: Path) -> Settings:
    """Lend the settings of a store with one statement, folded."""
    settings = Settings(data_dir=tmp_path)
    with (
        closing(open_database(settings.database_url)) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        migrate(log)
        Store(log).appender.append([new_request(make_moodle_event())])
        lease = Lease()
        records.write(lease.claim)
        engine = build_engine(log, records, lease)
        while engine.step():
            pass
    return settings


def spoil(connection: Connection) -> None:
    """Do what no program of ours would."""
    rows = connection.rows(tables.connection.select())
    connection.replace(tables.connection, [(*row[:3], row[3] + 1, *row[4:]) for row in rows])


def verified_apart(settings: Settings, capfd: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What a verification in a process of its own logs."""
    assert run_apart(verify_records, settings, threading.Event())
    found: dict[str, object] = json.loads(capfd.readouterr().err.splitlines()[-1])
    return found


def test_a_verification_apart_logs_what_it_finds(
    folded: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    found = verified_apart(folded, capfd)
    assert (found["level"], found["message"]) == ("info", "the records are right")
    assert found["position"] == 1
    with closing(open_records(folded.records_url)) as records:
        records.write(spoil)
    found = verified_apart(folded, capfd)
    assert found["level"] == "error"
    assert found["differences"] == {"connection": 2}
    with closing(open_records(folded.records_url)) as records:
        records.write(lambda c: c.replace(tables.stale, [(1,)]))
    assert verified_apart(folded, capfd)["level"] == "warning"


def test_work_apart_that_fails_is_told_and_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not run_apart(verify_records, Settings(data_dir=tmp_path), threading.Event())
    assert "SchemaOutdated" in capfd.readouterr().err


def sleep_long(_: Settings) -> None:
    time.sleep(60)


def test_work_apart_is_given_up_when_the_process_stops() -> None:
    stopping = threading.Event()
    stopping.set()
    began = time.monotonic()
    assert not run_apart(sleep_long, Settings(), stopping)
    assert time.monotonic() - began < 10

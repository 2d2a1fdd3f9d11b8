"""Folding the log into learning records: in a process of its own, by itself or beside a server."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from contextlib import closing, contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from lrs import logs
from lrs.apart import run_apart
from lrs.lake_export import export_lake
from lrs.scheduling import Job, scheduled
from lrs.verifying import verify_records
from projections.opening import open_records, renew_records
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from projections.runner.runner import Runner
from statements.errors import Unavailable
from statements.garbage import collect_rarely
from statements.migrate import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import SpawnProcess

    from lrs.settings import Settings
    from statements.database import Database

NICENESS = 15
"""Requests come first: on a busy machine the fold gets what they leave, and catches up later."""
CHECKPOINT_SECONDS = 1.0
RESTART_SECONDS = 2.0
STOP_SECONDS = 15.0

logger = logging.getLogger(__name__)


def work(settings: Settings, stopping: threading.Event) -> None:
    """Fold until the event is set, and do what is due by the clock.

    Raises:
        SchemaOutdated: the database has to be migrated first.
        Unavailable: a database does not answer, or the records' tables may not be made.

    """
    collect_rarely()
    with (
        open_current(settings.database_url) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        if renew_records(records):
            logger.warning("an older program made the records: they are folded anew")
        lease = Lease()
        engine = build_engine(log, records, lease, settings.connection_gap_seconds)
        logger.info("working", extra={"facts": {"process": os.getpid()}})
        runner = Runner(engine, lease, log, records, stopping)
        threading.Thread(target=_checkpoint, args=(records, stopping), daemon=True).start()
        with scheduled(jobs_of(settings), lambda: runner.holds):
            runner.run()


def _checkpoint(records: Database, stopping: threading.Event) -> None:
    """Move what was folded to its place, beside the fold, which else would stand still for it."""
    while not stopping.wait(CHECKPOINT_SECONDS):
        try:
            records.checkpoint()
        except Unavailable as error:
            logger.warning("a checkpoint will be done later: %s", error)


def jobs_of(settings: Settings) -> list[Job]:
    """What whoever folds does by the clock."""
    return [
        Job(
            "verify",
            settings.verify_schedule,
            lambda stopping: run_apart(verify_records, settings, stopping),
        ),
        Job(
            "export",
            settings.analytics_export_schedule,
            lambda stopping: run_apart(export_lake, settings, stopping),
        ),
    ]


@contextmanager
def working_beside(settings: Settings) -> Iterator[None]:
    """Keep a process folding while something else is done, if the settings want it."""
    if not settings.works:
        yield
        return
    companion = _Companion(settings)
    companion.start()
    try:
        yield
    finally:
        companion.stop()


class _Companion:
    """A process that folds, started again when it dies."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._processes = multiprocessing.get_context("spawn")  # nothing of the parent is in it
        self._stopping = threading.Event()
        self._process: SpawnProcess | None = None
        self._thread = threading.Thread(target=self._watch, name="companion", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()
        self._thread.join(STOP_SECONDS)
        if process is not None and process.is_alive():
            logger.error("the fold had to be killed", extra={"facts": {"process": process.pid}})
            process.kill()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            # Daemonic: if the parent fails, its interpreter ends this one before itself.
            process = self._processes.Process(
                target=_be_companion, args=(self._settings,), daemon=True
            )
            self._process = process
            process.start()
            if self._stopping.is_set():
                process.terminate()
            process.join()
            if not self._stopping.is_set():
                logger.error(
                    "the fold died, starting another",
                    extra={"facts": {"exit_status": process.exitcode}},
                )
                self._stopping.wait(RESTART_SECONDS)


def _be_companion(settings: Settings) -> None:
    logs.configure(settings)
    os.nice(NICENESS)
    stopping = threading.Event()
    stop_at_signals(stopping)
    threading.Thread(target=_stop_without_parent, args=(stopping,), daemon=True).start()
    work(settings, stopping)


def stop_at_signals(stopping: threading.Event) -> None:
    """Set an event at SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())


def _stop_without_parent(stopping: threading.Event) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        logger.warning("the parent process is gone, stopping")
        stopping.set()

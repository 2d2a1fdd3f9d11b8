"""The loop: take the lease, fold while there is something to fold, wait for more."""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING

from projections.runner.lease import SECONDS, Lost
from projections.schema import LOCK
from statements.errors import Unavailable

if TYPE_CHECKING:
    import threading

    from projections.runner.engine import Engine
    from projections.runner.lease import Lease
    from statements.database import Database

LOOK_SECONDS = 0.02
"""How often the log is looked at for a change, where that takes microseconds (SQLite)."""
POLL_SECONDS = 0.1
"""How often the end of the log is asked for, where it is a query (PostgreSQL)."""
BREATH_SECONDS = 0.25
"""After a batch that was not full: while statements keep coming, more of them share the work of a
transaction, and whoever takes them has the processor meanwhile."""
RENEW_SECONDS = SECONDS / 3
RETRY_SECONDS = 1.0
MOST_FAILURES = 3
"""Before the checkpoints say that the fold can't go on."""

logger = logging.getLogger(__name__)


class Runner:
    """Folds until it is told to stop.

    Args:
        engine: does one thing at a time.
        lease: who may.
        log: looked at for changes while there is nothing to do.
        records: where the lease is.
        stopping: set when it is to stop.

    """

    def __init__(
        self, engine: Engine, lease: Lease, log: Database, records: Database,
        stopping: threading.Event,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._lease = lease
        self._log = log
        self._records = records
        self._stopping = stopping
        self._holds = False
        self._renew_at = 0.0
        self._failures = 0  # one after the other
        self._is_noted = False

    @property
    def holds(self) -> bool:
        """Whether this process has the lease."""
        return self._holds

    def run(self) -> None:
        """Fold until the event is set, then let another process take over."""
        while not self._stopping.is_set():
            try:
                self._turn()
                self._note(None)
            except Unavailable as error:
                self._engine.forget()
                logger.warning("the fold waits for the database: %s", error)
                self._stopping.wait(RETRY_SECONDS)
            except Lost:
                self._holds = False
                logger.warning("another process folds now")
            except Exception as error:
                logger.exception("the fold failed and tries again")
                self._note(error)
                self._stopping.wait(RETRY_SECONDS)
        self._release()

    def _note(self, error: Exception | None) -> None:
        """Say in the checkpoints, where operators look, that nothing goes on, or that it does."""
        self._failures = self._failures + 1 if error else 0
        if self._failures < MOST_FAILURES and not (self._is_noted and error is None):
            return
        try:
            self._engine.note_failure(error)
            self._is_noted = error is not None
        except Exception:
            logger.exception("that the fold has failed could not be noted")

    def _turn(self) -> None:
        if not self._holds or monotonic() >= self._renew_at:
            self._claim()
        if not self._holds:
            self._stopping.wait(RENEW_SECONDS)
        elif not self._engine.step():
            self._wait()
        elif not self._engine.is_behind:
            self._stopping.wait(BREATH_SECONDS)

    def _claim(self) -> None:
        """Renew the lease or take it; whoever takes it knows nothing of what is there."""
        renewed = self._holds and self._records.write(self._lease.renew, lock=LOCK)
        if not renewed:
            self._engine.forget()
            self._holds = self._records.write(self._lease.claim, lock=LOCK)
        self._renew_at = monotonic() + RENEW_SECONDS

    def _wait(self) -> None:
        """Wait until the log has changed, or for a while."""
        until = min(self._renew_at, monotonic() + 1.0)
        before = self._log.stamp()
        if before is None:
            self._stopping.wait(POLL_SECONDS)
            return
        while monotonic() < until and not self._stopping.is_set():
            if self._stopping.wait(LOOK_SECONDS) or self._log.stamp() != before:
                return

    def _release(self) -> None:
        try:
            if self._holds:
                self._records.write(self._lease.release, lock=LOCK)
        except Unavailable as error:
            logger.warning("the lease could not be given back, it ends by itself: %s", error)

"""Several worker processes: started, replaced when they die, stopped together.

parent   owns the listening socket and the metrics folder, serves nothing
  ├── worker   a fresh interpreter with the shared socket; ends when its parent is gone
  └── worker
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from prometheus_client.multiprocess import mark_process_dead

from statements.passing_folder import PassingFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.context import SpawnProcess

    from lrs.settings import Settings

logger = logging.getLogger(__name__)

CANNOT_START: Final = 3
"""Exit status of a worker whose application failed to start.

If no worker of the first ones could, another try would fail the same. Later it may be the database
that is away: the others wait for it, and a replacement is tried again.
"""

# A worker that dies at once is replaced this often, so that a crash loop leaves the CPU alone.
_RESTART_SECONDS: Final = 1.0
# Beyond the time in which a worker ends by itself.
_KILL_MARGIN_SECONDS: Final = 2.0


class Supervisor:
    """The parent of the workers. `work(settings, listener)` is what a worker does until its end."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        work: Callable[[Settings, socket.socket], None],
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._work = work
        # Fresh interpreters: nothing of the parent (locks, loops, connections) is in them.
        self._processes = multiprocessing.get_context("spawn")
        self._workers: dict[SpawnProcess, float] = {}
        self._never_started = 0  # of the first workers
        self._is_stopping = False
        self._status = 0

    def run(self, stop_seconds: float) -> int:
        """Keep the workers running until SIGTERM or SIGINT; return the exit status.

        Stopping takes at most `stop_seconds` and a little more.
        """
        with _metrics_folder(self._settings) as self._settings, self._signals() as signalled:
            for _ in range(self._settings.workers):
                self._start()
            first = set(self._workers)
            while not self._is_stopping:
                wait([signalled, *(worker.sentinel for worker in self._workers)])
                for worker in [worker for worker in self._workers if not worker.is_alive()]:
                    self._never_started += worker in first and worker.exitcode == CANNOT_START
                    self._replace(worker, signalled)
            self._stop(stop_seconds + _KILL_MARGIN_SECONDS)
        return self._status

    def _start(self) -> None:
        # Daemonic: if the parent fails, its interpreter ends the workers before itself.
        worker = self._processes.Process(
            target=self._work, args=(self._settings, self._listener), daemon=True
        )
        worker.start()
        self._workers[worker] = monotonic()

    def _replace(self, worker: SpawnProcess, signalled: socket.socket) -> None:
        worker.join()
        started_at = self._workers.pop(worker)
        mark_process_dead(worker.pid, str(self._settings.metrics_dir))  # type: ignore[no-untyped-call]  # the library has no types here
        if self._never_started == self._settings.workers:
            self._is_stopping, self._status = True, 1
        if self._is_stopping:
            return
        facts = {"worker": worker.pid, "exit_status": worker.exitcode}
        logger.error("a worker died, starting another", extra={"facts": facts})
        wait([signalled], timeout=max(0.0, started_at + _RESTART_SECONDS - monotonic()))
        if not self._is_stopping:
            self._start()

    def _stop(self, seconds: float) -> None:
        logger.info("stopping")
        # From here on clients are refused at once instead of waiting for nobody.
        self._listener.close()
        for worker in self._workers:
            worker.terminate()
        give_up_at = monotonic() + seconds
        for worker in self._workers:
            worker.join(max(0.0, give_up_at - monotonic()))
            if worker.is_alive():
                logger.error("a worker had to be killed", extra={"facts": {"worker": worker.pid}})
                worker.kill()
                worker.join()
            # A worker that has not got as far as handling the signal has nothing to end.
            if worker.exitcode not in {0, -signal.SIGTERM}:
                self._status = 1

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Note signals to stop; the socket becomes readable when there was one."""
        readable, writable = socket.socketpair()
        writable.settimeout(0.0)
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        # The handler alone would not wake `wait`, which goes on after a signal.
        wakeup_before = signal.set_wakeup_fd(writable.fileno())
        try:
            yield readable
        finally:
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            readable.close()
            writable.close()

    def _on_signal(self, *_: object) -> None:
        self._is_stopping = True


@contextmanager
def _metrics_folder(settings: Settings) -> Iterator[Settings]:
    """Make the folder of the workers' figures and tell them: it must be empty at the start."""
    with PassingFolder("lrs-metrics-", settings.metrics_dir) as folder:
        # The client library takes it from here when a worker imports it.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
        try:
            yield replace(settings, metrics_dir=Path(folder.name))
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]

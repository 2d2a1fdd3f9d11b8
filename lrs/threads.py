"""A few threads for what would keep the event loop waiting."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from statements.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WAITING_A_THREAD: Final = 64  # jobs that may wait for each thread: about a second's work


class _Job(NamedTuple):
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Threads:
    """A pool of threads with a bounded queue.

    The standard library's makes two futures for each job, and several locks.
    """

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._places = count * (1 + WAITING_A_THREAD)
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}_{i}", daemon=True)
            for i in range(count)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """Result of `work` in one of the threads; Overloaded if too many are waiting."""
        if self._places <= 0:
            raise Overloaded("too many requests are waiting for a thread")
        self._places -= 1
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        self._jobs.put(job)
        try:
            result: T = await job.future
        finally:
            self._places += 1
        return result

    def close(self) -> None:
        """Finish what is waiting and end the threads."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            settle = _outcome(job)
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                job.loop.call_soon_threadsafe(settle)


def _outcome(job: _Job) -> Callable[[], None]:
    """Do a job; what has to be called in the event loop then."""
    try:
        return partial(_settle, job.future, job.future.set_result, job.work())
    except BaseException as error:  # noqa: BLE001  # it is raised where it is waited for
        return partial(_settle, job.future, job.future.set_exception, error)


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], None], outcome: object) -> None:
    if not future.done():  # whoever waited may have gone
        settle(outcome)

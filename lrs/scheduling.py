"""What runs by the clock, beside the fold: in the one process that holds the lease."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from projections.calendar import PARIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apscheduler.schedulers.background import BackgroundScheduler

_DEFAULTS: Final = {
    "coalesce": True,  # several times missed, of a machine that slept, are one
    "misfire_grace_time": None,  # late rather than not at all
    "max_instances": 1,
}

logger = logging.getLogger(__name__)


class Job(NamedTuple):
    """Something to do by the clock.

    Attributes:
        name: for the log.
        schedule: five fields as of cron, in the time of Paris; empty: never.
        work: is given an event that is set when it is to give up.

    """

    name: str
    schedule: str
    work: Callable[[threading.Event], object]


@contextmanager
def scheduled(jobs: Iterable[Job], is_mine: Callable[[], bool]) -> Iterator[None]:
    """Do jobs when they are due, one at a time, while something else is done.

    Args:
        jobs: those without a schedule are left out.
        is_mine: whether this process is the one that does them; asked whenever one is due.

    """
    wanted = [job for job in jobs if job.schedule]
    if not wanted:
        yield
        return
    stopping = threading.Event()
    scheduler = _scheduler()
    for job in wanted:
        _add(scheduler, job, [job, is_mine, stopping])
    scheduler.start()
    try:
        yield
    finally:
        stopping.set()
        scheduler.shutdown()


def _scheduler() -> BackgroundScheduler:
    """A scheduler with one thread: jobs wait for each other."""
    # A sixth of a second, which only those who have a schedule need wait for.
    from apscheduler.executors.pool import ThreadPoolExecutor  # noqa: PLC0415
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415

    one = {"default": ThreadPoolExecutor(1)}
    return BackgroundScheduler(timezone=PARIS, job_defaults=_DEFAULTS, executors=one)


def _add(scheduler: BackgroundScheduler, job: Job, arguments: list[object]) -> None:
    from lrs.cron import trigger_of  # noqa: PLC0415  # the same

    trigger = trigger_of(job.schedule, PARIS)
    scheduler.add_job(_do, trigger, arguments, name=job.name)


def _do(job: Job, is_mine: Callable[[], bool], stopping: threading.Event) -> None:
    """Do a job that is due; if it fails, the next time is another chance."""
    if stopping.is_set() or not is_mine():
        return
    try:
        job.work(stopping)
    except Exception:
        logger.exception("a job failed", extra={"facts": {"job": job.name}})

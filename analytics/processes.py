"""Rows of the lake made by several processes: one interpreter has one core.

Each reads spans of the log by itself, and sends back batches in Arrow's own format. They come in
the order of the log, and only a few spans are under way at a time.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa

from analytics.errors import LakeChanged, LakeError
from statements.garbage import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    _Made = list[tuple[str, bytes]]

AHEAD = 2  # spans for each process, beside the one in work


class Part(NamedTuple):
    """Rows that follow one another in the log and belong to one month.

    Attributes:
        month: of `stored`, such as `2026-05`.
        batch: the rows.

    """

    month: str
    batch: pa.RecordBatch


class Reader(Protocol):
    """What reads the log as rows, in one process."""

    @property
    def version(self) -> str:
        """Of the rows."""

    def read(self, after: int, until: int) -> Generator[Part]:
        """Rows of the positions that follow `after`, up to `until` or to the first gap."""


class Others(NamedTuple):
    """Other processes that read.

    Attributes:
        lend: makes their reader; it has to be of a module's level, and its arguments be pickled.
        processes: so many.

    """

    lend: Callable[[], AbstractContextManager[Reader]]
    processes: int


class Span(NamedTuple):
    """Positions that follow `after`, up to `until`."""

    after: int
    until: int


def read_apart(others: Others, version: str, spans: Iterator[Span]) -> Generator[Part]:
    """What a reader reads, read by other processes.

    Args:
        others: the processes.
        version: that their rows have to be of.
        spans: of positions, one after the other; after one that is not whole nothing more comes.

    Raises:
        LakeChanged: rows have another version by now.
        LakeError: a process has ended before its time.
        StoreError: the log does not answer.

    """
    context = get_context("spawn")  # a fork would copy locks of threads that it does not copy
    with ProcessPoolExecutor(others.processes, context, _begin) as pool:
        jobs = ((span, pool.submit(_read, others.lend, version, span)) for span in spans)
        try:
            yield from _in_order(jobs, others.processes * (1 + AHEAD))
        except BrokenProcessPool:
            raise LakeError("a process that reads the log for the export has ended") from None
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(jobs: Iterator[tuple[Span, Future[_Made]]], most: int) -> Iterator[Part]:
    """What the jobs make, in their order; the next one is given out when one is done."""
    waiting = deque(islice(jobs, most))
    while waiting:
        span, made = waiting.popleft()
        rows = 0
        for month, raw in made.result():
            (batch,) = pa.ipc.open_stream(raw)
            rows += batch.num_rows
            yield Part(month, batch)
        if span.after + rows < span.until:
            return
        waiting.extend(islice(jobs, 1))


_kept = ExitStack()
_reader: Reader | None = None


def _begin() -> None:
    """Be one of the processes: end with the first one, however that ends."""
    collect_rarely()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first one ends the others
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)  # nothing here is worth tidying up


def _read(lend: Callable[[], AbstractContextManager[Reader]], version: str, span: Span) -> _Made:
    global _reader  # noqa: PLW0603  # of this process
    if _reader is None:
        _reader = _kept.enter_context(lend())
        if _reader.version != version:
            raise LakeChanged("the vocabulary or the catalogue has changed: export again")
    return [(part.month, _as_bytes(part.batch)) for part in _reader.read(*span)]


def _as_bytes(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    written: bytes = sink.getvalue().to_pybytes()
    return written

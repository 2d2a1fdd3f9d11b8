"""Group commit: requests that wait at the same time share a transaction.

    append -> queue -> [gather, append, deliver] -> outcome of each request

All of it happens in the event loop, which is kept waiting for short flushes only (decision 0022).
While the loop is busy with one flush the next ones arrive, so flushes grow with the load by
themselves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from statements.connection import TakesTime
from statements.errors import Overloaded, StoreError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from statements.admission import Outcome
    from statements.append import Appender
    from statements.loops import Appends
    from statements.requests import AppendRequest

    Take = Callable[[], Sequence[AppendRequest]]

GATHERING_TURNS = 2  # of the loop: in the first what has arrived is read, in the second worked on

logger = logging.getLogger(__name__)


class Failed(NamedTuple):
    """A request that met a bug; the log has the traceback."""

    error: Exception


class Flush(NamedTuple):
    """What a transaction of the writer was like, for the metrics."""

    requests: int
    statements: int
    seconds: float


class Limits(NamedTuple):
    """How much there may be at most; by default, what may wait before a request is turned away."""

    statements: int = 50_000
    size_bytes: int = 256 * 1024 * 1024

    def allow(self, statements: int, size_bytes: int) -> bool:
        """Whether there may be so much."""
        return statements <= self.statements and size_bytes <= self.size_bytes


FLUSH = Limits(200, 1024 * 1024)
"""Some 25 ms, for which the event loop and whoever else appends have to wait."""


class _Waiting(NamedTuple):
    request: AppendRequest
    outcome: asyncio.Future[Outcome | Failed]


class Writer:
    """The one way by which this process appends.

    Args:
        appender: does the work.
        appends: how it gets to the database.
        limits: of the queue.
        observe: called with each flush.

    """

    def __init__(
        self,
        appender: Appender,
        appends: Appends,
        limits: Limits = Limits(),  # noqa: B008  # immutable
        observe: Callable[[Flush], None] = lambda flush: None,  # noqa: ARG005
    ) -> None:
        self._appender = appender
        self._appends = appends
        self._limits = limits
        self._observe = observe
        self._waiting: deque[_Waiting] = deque()
        self._flushing: asyncio.Task[None] | None = None
        self._closing = False
        self.waiting_statements = 0
        self.waiting_bytes = 0

    async def append(self, request: AppendRequest) -> Outcome | Failed:
        """Outcome of a request, once it is durable. It is appended even if nobody waits any more.

        A request larger than the whole queue is taken when the queue is empty.

        Raises:
            Overloaded: too much is waiting already, or the writer is closing.

        """
        statements = self.waiting_statements + len(request.statements)
        size_bytes = self.waiting_bytes + request.size_bytes
        if self._closing or (self._waiting and not self._limits.allow(statements, size_bytes)):
            raise Overloaded("the write queue is full")
        self.waiting_statements, self.waiting_bytes = statements, size_bytes
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Outcome | Failed] = loop.create_future()
        self._waiting.append(_Waiting(request, outcome))
        if self._flushing is None:
            self._flushing = loop.create_task(self._flush_all())
        return await outcome

    async def close(self) -> None:
        """Append what is waiting, and take no more."""
        self._closing = True
        if self._flushing is not None:
            await self._flushing

    async def _flush_all(self) -> None:
        """Flush until nothing is waiting."""
        try:
            while self._waiting:
                await self._let_gather()
                await self._flush()
        finally:
            self._flushing = None

    async def _let_gather(self) -> None:
        """Let requests join that have arrived, as long as each turn of the loop brings some."""
        waiting = 0
        while waiting < len(self._waiting) and self.waiting_statements < FLUSH.statements:
            waiting = len(self._waiting)
            for _ in range(GATHERING_TURNS):
                await asyncio.sleep(0)

    async def _flush(self) -> None:
        gather = cache(self._gather)  # once, as late as may be: with the append lock held
        began = time.perf_counter()
        outcomes = await self._append(lambda: [waiting.request for waiting in gather()])
        seconds = time.perf_counter() - began
        for waiting, outcome in zip(gather(), outcomes, strict=True):
            if not waiting.outcome.done():  # the client may have gone
                waiting.outcome.set_result(outcome)
        statements, _ = _amount([waiting.request for waiting in gather()])
        self._report(Flush(len(outcomes), statements, seconds))

    def _report(self, flush: Flush) -> None:
        """Tell the metrics. What goes wrong there must not keep from appending."""
        try:
            self._observe(flush)
        except Exception:
            logger.exception("a flush could not be observed")

    def _gather(self) -> list[_Waiting]:
        """What is waiting, up to the size of a flush, or one request that is larger."""
        gathered = [self._waiting.popleft()]
        statements, size_bytes = _amount([gathered[0].request])
        while self._waiting:
            more, more_bytes = _amount([self._waiting[0].request])
            if not FLUSH.allow(statements + more, size_bytes + more_bytes):
                break
            gathered.append(self._waiting.popleft())
            statements, size_bytes = statements + more, size_bytes + more_bytes
        self.waiting_statements -= statements
        self.waiting_bytes -= size_bytes
        return gathered

    async def _append(self, take: Take) -> Sequence[Outcome | Failed]:
        try:
            return await self._soon_or_in_thread(take)
        except Unavailable as error:
            return [error] * len(take())
        except Exception as error:
            if len(take()) == 1:
                logger.exception("a request could not be appended")
                return [error if isinstance(error, StoreError) else Failed(error)]
        # One of them is to blame: each alone, so that only that one fails.
        alone = [await self._append(_only(request)) for request in take()]
        return [outcome for outcomes in alone for outcome in outcomes]

    async def _soon_or_in_thread(self, take: Take) -> Sequence[Outcome]:
        def take_little() -> Sequence[AppendRequest]:
            requests = take()
            if not FLUSH.allow(*_amount(requests)):
                raise TakesTime
            return requests

        with suppress(TakesTime):
            flush = await self._appends.soon(self._appender.work(take_little))
            return self._appender.settle(flush)
        take()  # now, in the loop's thread: the queue is nobody else's
        return self._appender.settle(await self._appends.in_thread(self._appender.work(take)))


def _only(request: AppendRequest) -> Take:
    return lambda: [request]


def _amount(requests: Sequence[AppendRequest]) -> tuple[int, int]:
    """Statements and bytes of requests."""
    statements = sum(len(request.statements) for request in requests)
    return statements, sum(request.size_bytes for request in requests)

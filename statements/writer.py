"""Group commit: requests that wait at the same time share a transaction.

    submit -> queue -> [thread: gather, append, deliver] -> outcome of each request

While one flush is being written the next one gathers, so flushes grow with the load by themselves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from statements.errors import Overloaded, StoreError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from statements.admission import Outcome
    from statements.append import Appender
    from statements.requests import AppendRequest

FLUSH_STATEMENTS = 2_000  # about 0.1 s under the lock: what a neighbour may have to wait
FLUSH_BYTES = 16 * 1024 * 1024

logger = logging.getLogger(__name__)


class Failed(NamedTuple):
    """A request that met a bug; the log has the traceback."""

    error: Exception


class Delivery(NamedTuple):
    """The outcome of a request, for whoever submitted it."""

    ticket: Any
    outcome: Outcome | Failed


class Flush(NamedTuple):
    """What a transaction of the writer was like, for the metrics."""

    requests: int
    statements: int
    seconds: float


class Limits(NamedTuple):
    """How much may wait before a request is turned away."""

    statements: int = 50_000
    size_bytes: int = 256 * 1024 * 1024


class Writer:
    """The one thread of this process that appends.

    Args:
        appender: does the work.
        deliver: called in the writer's thread, once a flush, with all its outcomes.
        limits: of the queue.
        observe: called with each flush.

    """

    def __init__(
        self,
        appender: Appender,
        deliver: Callable[[list[Delivery]], None],
        limits: Limits = Limits(),  # noqa: B008  # immutable
        observe: Callable[[Flush], None] = lambda flush: None,  # noqa: ARG005
    ) -> None:
        self._appender = appender
        self._deliver = deliver
        self._limits = limits
        self._observe = observe
        self._waiting: deque[tuple[AppendRequest, Any]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self.waiting_statements = 0
        self.waiting_bytes = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def submit(self, request: AppendRequest, ticket: Any) -> None:  # noqa: ANN401  # the caller's own
        """Queue a request; its outcome is delivered with the ticket.

        A request larger than the whole queue is taken when the queue is empty.

        Raises:
            Overloaded: too much is waiting already, or the writer is closing.

        """
        with self._wake:
            if self._closing or (self._waiting and self._exceeds(request)):
                raise Overloaded("the write queue is full")
            self._waiting.append((request, ticket))
            self.waiting_statements += len(request.statements)
            self.waiting_bytes += request.size_bytes
            self._wake.notify()

    def close(self) -> None:
        """Append what is waiting, then stop the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self.is_alive:
            self._thread.join()

    def _exceeds(self, request: AppendRequest) -> bool:
        return (
            self.waiting_statements + len(request.statements) > self._limits.statements
            or self.waiting_bytes + request.size_bytes > self._limits.size_bytes
        )

    def _run(self) -> None:
        while gathered := self._gather():
            requests = [request for request, _ in gathered]
            began = time.perf_counter()
            outcomes = self._append(requests)
            seconds = time.perf_counter() - began
            statements = sum(len(request.statements) for request in requests)
            pairs = zip(gathered, outcomes, strict=True)
            deliveries = [Delivery(ticket, outcome) for (_, ticket), outcome in pairs]
            self._report(deliveries, Flush(len(requests), statements, seconds))

    def _report(self, deliveries: list[Delivery], flush: Flush) -> None:
        """Tell those who wait. What goes wrong there must not end the thread that all wait for."""
        try:
            self._deliver(deliveries)
            self._observe(flush)
        except Exception:
            logger.exception("the outcome of a flush could not be delivered")

    def _gather(self) -> list[tuple[AppendRequest, Any]]:
        """What is waiting, up to the size of a flush; empty when closing and all is done."""
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            gathered: list[tuple[AppendRequest, Any]] = []
            statements = size_bytes = 0
            while self._waiting and statements < FLUSH_STATEMENTS and size_bytes < FLUSH_BYTES:
                request, ticket = self._waiting.popleft()
                statements += len(request.statements)
                size_bytes += request.size_bytes
                gathered.append((request, ticket))
            self.waiting_statements -= statements
            self.waiting_bytes -= size_bytes
            return gathered

    def _append(self, requests: Sequence[AppendRequest]) -> Sequence[Outcome | Failed]:
        try:
            return self._appender.append(requests)
        except Unavailable as error:
            return [error] * len(requests)
        except Exception as error:
            if len(requests) == 1:
                logger.exception("a request could not be appended")
                return [error if isinstance(error, StoreError) else Failed(error)]
        # One of them is to blame: each alone, so that only that one fails.
        return [outcome for request in requests for outcome in self._append([request])]

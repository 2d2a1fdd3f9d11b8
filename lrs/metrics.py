"""Figures for Prometheus: requests, statements, flushes, queues and queries.

With several workers the client library keeps the figures in files that all share, so that any
worker can answer for all; `serving` makes the folder before they start.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response
from typing_extensions import override

from lrs.queries.figures import QueryFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Literal

    from prometheus_client import Metric

_REQUEST_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FLUSH_STATEMENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
# Workers answer for each other's gauges from what was last written.
_SAMPLE_SECONDS: Final = 5.0


class Metrics:
    """The figures of one process. `shared_dir` is the folder of all workers' figures, if several.

    Counters of statements: `appended`, `duplicate` (sent again), `conflicting`. Figures of queries
    over the lake: `queries`.
    """

    def __init__(self, shared_dir: Path | None = None) -> None:
        # The times that the library puts beside each counter, nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # as the library is
        self._registry = CollectorRegistry()
        self._shared_dir = shared_dir
        self._gauges: list[tuple[Gauge, Callable[[], float]]] = []
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "lrs_http_requests",
            "Requests answered",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._durations = Histogram(
            "lrs_http_request_seconds",
            "Time from a request's header to the end of its answer",
            ["route", "method"],
            buckets=_REQUEST_SECONDS,
            registry=self._registry,
        )
        statements = Counter(
            "lrs_statements", "Statements received", ["outcome"], registry=self._registry
        )
        self.appended = statements.labels("appended")
        self.duplicate = statements.labels("duplicate")
        self.conflicting = statements.labels("conflicting")
        self.flush_statements = Histogram(
            "lrs_flush_statements",
            "Statements in one flush",
            buckets=_FLUSH_STATEMENTS,
            registry=self._registry,
        )
        self.flush_seconds = Histogram(
            "lrs_flush_seconds",
            "Time of one flush, durable at its end",
            buckets=_REQUEST_SECONDS,
            registry=self._registry,
        )
        self.queries = QueryFigures(self._registry)
        if shared_dir is None:
            ProcessCollector(registry=self._registry)

    def observe_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (route, method, status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = (
                self._requests.labels(route, method, str(status)),
                self._durations.labels(route, method),
            )
        children[0].inc()
        children[1].observe(seconds)

    def follow(
        self,
        name: str,
        description: str,
        value: Callable[[], float],
        across_workers: Literal["livesum", "livemax", "livemin"] = "livesum",
    ) -> None:
        """Show `value()` as the gauge `name`, taken whenever the figures are asked for."""
        gauge = Gauge(name, description, multiprocess_mode=across_workers, registry=self._registry)
        self._gauges.append((gauge, value))

    def follow_requests(self, running: Callable[[], float]) -> None:
        """Show the number of running requests."""
        self.follow("lrs_http_requests_running", "Requests being worked on", running)

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """While inside, write the gauges now and then for the other workers to show."""
        loop = asyncio.get_running_loop()
        timer: asyncio.Handle | None = None

        def sample() -> None:
            nonlocal timer
            self._sample()
            timer = loop.call_later(_SAMPLE_SECONDS, sample)

        if self._shared_dir is not None:
            sample()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        self._sample()
        return self._generate()

    async def response(self, beside: Sequence[Metric] = ()) -> Response:
        """Return all figures as the answer to a request, with others that no process has.

        What stands in a database is the same for all workers: it is given, not kept here.
        """
        self._sample()
        # Reading the workers' files takes milliseconds, which other requests need not wait for.
        body = await asyncio.to_thread(self._generate)
        body += _text_of(beside)
        return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _generate(self) -> bytes:
        if self._shared_dir is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        # The library has no types in this module.
        MultiProcessCollector(registry, str(self._shared_dir))  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def _sample(self) -> None:
        for gauge, value in self._gauges:
            gauge.set(value())


class _Given(Collector):
    """Figures that are there already."""

    def __init__(self, figures: Sequence[Metric]) -> None:
        self._figures = figures

    @override
    def collect(self) -> Sequence[Metric]:
        return self._figures


def _text_of(figures: Sequence[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Given(figures))
    return generate_latest(registry)

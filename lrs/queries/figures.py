"""Figures of queries for Prometheus."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import CollectorRegistry

ANSWERED: Final = "answered"
BROKEN_OFF: Final = "broken_off"
GONE: Final = "client_gone"

_SECONDS: Final = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


class Asked:
    """A query that is being answered; whoever answers it says how it ends.

    Attributes:
        outcome: `answered`, `broken_off`, `client_gone`, or the code of an error.

    """

    def __init__(self) -> None:
        self.outcome = GONE


class QueryFigures:
    """What became of queries, how long they took and how much they answered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._queries = Counter(
            "lrs_queries", "Queries over the lake that have ended", ["outcome"], registry=registry
        )
        for outcome in (ANSWERED, BROKEN_OFF, GONE):
            self._queries.labels(outcome)  # there from the beginning, as 0
        self._seconds = Histogram(
            "lrs_query_seconds",
            "Time of a query, its process's start and sending included",
            buckets=_SECONDS,
            registry=registry,
        )
        self.answer_bytes = Counter(
            "lrs_query_answer_bytes", "Bytes that queries have answered", registry=registry
        )

    @contextmanager
    def asked(self) -> Iterator[Asked]:
        """Count a query when the block ends."""
        asked, begun = Asked(), monotonic()
        try:
            yield asked
        finally:
            self._queries.labels(asked.outcome).inc()
            self._seconds.observe(monotonic() - begun)

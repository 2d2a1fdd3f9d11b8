"""The benchmark's figures, and the table made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.http_load import Measured


@dataclass(frozen=True)
class Timed:
    """A rate, and how long its requests took, in milliseconds."""

    per_second: float
    median_ms: float
    p99_ms: float

    @classmethod
    def of(cls, measured: Measured) -> Timed:
        """What a load met."""
        return cls(
            measured.per_second, measured.quantile(0.5) * 1000, measured.quantile(0.99) * 1000
        )

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, median {self.median_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"


@dataclass
class Figures:
    """Everything measured on one database."""

    database: str
    workers: int
    batches_new: list[tuple[float, float]] = field(default_factory=list)
    batches_full: list[tuple[float, float]] = field(default_factory=list)
    singles: Timed | None = None
    queries: dict[str, dict[int, Timed]] = field(default_factory=dict)
    fill_per_second: float = 0.0
    memory_bytes: int = 0
    disk_bytes: int = 0
    statements: int = 0


def render(machine: str, results: list[Figures]) -> str:
    """The figures as Markdown."""
    return "\n".join([machine, "", *_writes(results), "", *_queries(results)])


def _writes(results: list[Figures]) -> Iterator[str]:
    yield "| | " + " | ".join(each.database for each in results) + " |"
    yield "|---|" + "---|" * len(results)
    for name, cells in (
        (
            "batches of 100, new store: share of the bare loop",
            [_share(r.batches_new) for r in results],
        ),
        ("the same, statements/s beside the loop's", [_rates(r.batches_new) for r in results]),
        ("batches of 100, full store: share", [_share(r.batches_full) for r in results]),
        ("the same, statements/s", [_rates(r.batches_full) for r in results]),
        ("single statements, 16 connections", [str(r.singles) for r in results]),
        (
            "memory of the server at its worst, MB",
            [f"{r.memory_bytes / 1e6:,.0f}" for r in results],
        ),
        ("disk, bytes a statement", [f"{r.disk_bytes / r.statements:,.0f}" for r in results]),
        ("statements in the end", [f"{r.statements:,}" for r in results]),
        ("filled without HTTP, statements/s", [f"{r.fill_per_second:,.0f}" for r in results]),
    ):
        yield f"| {name} | " + " | ".join(cells) + " |"


def _share(rounds: list[tuple[float, float]]) -> str:
    if not rounds:
        return "-"
    return f"{median(served / bare for served, bare in rounds):.2f}"


def _rates(rounds: list[tuple[float, float]]) -> str:
    if not rounds:
        return "-"
    served, bare = (median(column) for column in zip(*rounds, strict=True))
    return f"{served:,.0f} / {bare:,.0f}"


def _queries(results: list[Figures]) -> Iterator[str]:
    yield "| query | database | statements | requests/s | median ms | p99 ms | p99 growth |"
    yield "|---|---|---|---|---|---|---|"
    for figures in results:
        for name, sizes in figures.queries.items():
            least = min(sizes)
            for size, timed in sizes.items():
                growth = timed.p99_ms / sizes[least].p99_ms
                yield (
                    f"| {name} | {figures.database} | {size:,} | {timed.per_second:,.0f} | "
                    f"{timed.median_ms:.2f} | {timed.p99_ms:.2f} | {growth:.2f} |"
                )

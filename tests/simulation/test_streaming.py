"""Memory depends on learners and courses, not on the number of statements."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import date

from lrs.simulation import Options, simulate

OPTIONS = Options(
    learners=200, courses=20, weekly_learners=100, start=date(2026, 1, 1), end=date(2027, 12, 31)
)


def peak_bytes(statements: int) -> int:
    tracemalloc.start()
    try:
        assert sum(1 for _ in simulate(replace(OPTIONS, statements=statements))) == statements
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_five_times_as_many_statements_take_no_more_memory() -> None:
    simulate(replace(OPTIONS, statements=1))
    assert peak_bytes(50_000) < 1.25 * peak_bytes(10_000) + 1_000_000

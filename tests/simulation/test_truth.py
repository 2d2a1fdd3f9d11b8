"""The ground truth is what an independent reader of the statements finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.simulation import oracle
from tests.simulation.runs import BUSY, Run, run

CUT_SHORT = replace(BUSY, statements=3_001, seed=4)
"""A run that ends in the middle of things."""

RUNS = [pytest.param(BUSY, id="whole"), pytest.param(CUT_SHORT, id="cut short")]
pytestmark = pytest.mark.parametrize("options", RUNS)


@pytest.fixture
def made(options: object) -> Run:
    return run(options)  # type: ignore[arg-type]  # pytest hands parameters over untyped


def text(at: datetime | None) -> str | None:
    return at and at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_connections_of_each_learner_equal_a_naive_recount(made: Run) -> None:
    recounted = {
        learner: (
            len(times),
            round(sum((end - start).total_seconds() for start, end in times), 3),
            text(times[0][0]),
            text(times[-1][1]),
        )
        for learner, times in oracle.connections(made).items()
    }
    told = {
        row["learner"]: (row["connections"], row["connection_seconds"], row["first"], row["last"])
        for row in made.truth["learner"]
        if row["connections"]
    }
    assert len(told) > 50
    assert told == recounted


@pytest.mark.parametrize("kind", ["day", "week", "month"])
def test_connections_of_each_period_equal_a_naive_recount(made: Run, kind: str) -> None:
    told = {
        row["period"]: (row["connections"], row["distinct_learners"], row["connection_seconds"])
        for row in made.truth[kind]
    }
    assert told == oracle.by_period(made, kind)


def test_enrolments_equal_a_naive_recount(made: Run) -> None:
    recounted = {
        pair: (
            text((found.enrolled or [found.started])[0]),
            text((found.enrolled or [found.started])[-1]),
            found.how,
            "completed" if found.completed else found.status,
        )
        for pair, found in oracle.progress(made).items()
    }
    told = {
        (row["learner"], row["course"]): (row["first"], row["last"], row["how"], row["status"])
        for row in made.truth["enrolment"]
    }
    assert told == recounted


def test_completions_equal_a_naive_recount(made: Run) -> None:
    recounted = {
        pair: (
            found.progress, text(found.started), text(found.completed),
            max(found.scores, default=None), found.scores[-1] if found.scores else None,
        )
        for pair, found in oracle.progress(made).items()
    }  # fmt: skip
    told = {
        (row["learner"], row["course"]):
            (row["progress"], row["started"], row["completed"], row["best"], row["last"])
        for row in made.truth["completion"]
    }  # fmt: skip
    assert told == {
        pair: tuple(pytest.approx(value) if isinstance(value, float) else value for value in found)
        for pair, found in recounted.items()
    }

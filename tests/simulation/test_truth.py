"""The ground truth is what an independent reader of the statements finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.simulation import oracle
from tests.simulation.runs import BUSY, Run, run

if TYPE_CHECKING:
    from lrs.simulation import Options

CUT_SHORT = replace(BUSY, statements=3_001, seed=4)
"""A run that ends in the middle of things."""


@pytest.fixture(params=[BUSY, CUT_SHORT], ids=["whole", "cut short"])
def made(request: pytest.FixtureRequest) -> Run:
    options: Options = request.param
    return run(options)


def text(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
            text(found.times[0]),
            text(found.times[-1]),
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


def test_measured_time_equals_a_naive_recount(made: Run) -> None:
    recounted = oracle.measured(made)
    kinds = ("quiz_seconds", "video_seconds", "meeting_seconds", "face_to_face_seconds")
    told = {row["learner"]: row for row in made.truth["learner"]}
    assert set(recounted) <= set(told)
    for learner, row in told.items():
        found = recounted[learner]
        assert [row[kind] for kind in kinds] == pytest.approx([found[kind] for kind in kinds])


def test_badges_equal_a_naive_recount(made: Run) -> None:
    recounted = {
        pair: (text(awarded), text(revoked))
        for pair, (awarded, revoked) in oracle.badges(made).items()
    }
    told = {
        (row["learner"], row["badge"]): (row["awarded"], row["revoked"])
        for row in made.truth["badge"]
    }
    assert told == recounted


def test_no_more_is_completed_than_was_enrolled(made: Run) -> None:
    enrolled = {(row["learner"], row["course"]) for row in made.truth["enrolment"]}
    completed = {
        (row["learner"], row["course"])
        for row in made.truth["completion"]
        if row["status"] == "completed"
    }
    assert completed < enrolled


def test_the_truth_counts_the_statements(made: Run) -> None:
    about = made.truth["about"][0]
    ids = [statement["id"] for statement in made.statements]
    voids = [one for one in made.statements if oracle.verb_of(one) == "voided"]
    assert about["statements"] == len(made.raw)
    assert about["repeated"] == len(ids) - len(set(ids))
    assert about["voided"] == len({void["id"] for void in voids})

"""The people are believable: who they are, how many come, how often."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

from lrs.simulation import Options, Simulation
from lrs.simulation.names import CITY_DIRECTORATES
from tests.simulation.oracle import connections
from tests.simulation.runs import BUSY, run


def test_there_are_twenty_two_directorates() -> None:
    assert len(set(CITY_DIRECTORATES)) == 22


def test_every_learner_has_an_identifier_in_each_system() -> None:
    rows = [row for row in run(BUSY).directory if row.kind == "learner"]
    assert len({row.identifier for row in rows}) == 3 * BUSY.learners
    assert set(Counter(row.learner for row in rows).values()) == {3}


def test_those_who_are_no_learners_are_said_to_be_none() -> None:
    rows = [row for row in run(BUSY).directory if row.kind != "learner"]
    (about,) = run(BUSY).truth["about"]
    assert {row.learner for row in rows} == set(about["staff"])
    assert {row.learner for row in rows if row.kind == "service"} == {"import-sirh"}
    assert "account:https://lms.example|formateur-01" in {row.identifier for row in rows}


def test_every_directorate_and_employer_has_its_people() -> None:
    everybody = Simulation(Options(learners=5_000)).directory()
    rows = [row for row in everybody if row.kind == "learner"]
    assert set(CITY_DIRECTORATES) <= {row.directorate for row in rows}
    assert {row.employer for row in rows} == {
        "Ville de Paris", "CASVP", "Paris Musées", "Caisses des écoles",
    }  # fmt: skip


def test_nobody_comes_before_joining() -> None:
    joined = {row.learner: row.cohort for row in run(BUSY).directory}
    for learner, times in connections(run(BUSY)).items():
        assert joined[learner] <= f"{times[0][0].astimezone():%Y-%m}"


def test_an_ordinary_week_sees_as_many_learners_as_were_wanted() -> None:
    weeks = [row["distinct_learners"] for row in run(BUSY).truth["week"]]
    assert statistics.median(weeks) == pytest.approx(BUSY.ordinary_week(), rel=0.25)


def test_the_whole_city_brings_400_to_800_learners_a_week() -> None:
    options = Options()
    assert 400 <= options.ordinary_week() <= 800


def test_few_learners_are_very_active_and_most_hardly_ever_come() -> None:
    numbers = sorted((len(times) for times in connections(run(BUSY)).values()), reverse=True)
    busiest = sum(numbers[: len(numbers) // 10])
    assert busiest > 0.25 * sum(numbers)
    assert numbers[0] > 4 * statistics.median(numbers)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"learners": 0}, "learners must be at least 1"),
        ({"courses": -1}, "courses must be at least 1"),
        ({"weekly_learners": 0}, "weekly_learners must be above 0"),
        ({"statements": -5}, "statements must not be negative"),
        ({"start": BUSY.end, "end": BUSY.start}, "before the start"),
    ],
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Options(**wrong)  # type: ignore[arg-type]  # wrong on purpose

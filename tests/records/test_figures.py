"""Indicators, courses, and small groups left out of both."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.records.catalogue import Course
from lrs.records.suppression import hidden
from projections import tables
from tests.records.house import connected, course_iri, problem, progressed

if TYPE_CHECKING:
    from tests.records.house import House

Json = dict[str, Any]

TALLIES = {tables.connection_tally: connected, tables.progress_tally: progressed}
WEEK = {"since": "2026-02-09", "until": "2026-02-15"}
FIGURES = ("connections", "distinct_learners", "connection_seconds", "measured_seconds")


@pytest.fixture
def filled(house: House) -> House:
    """Fill in crowds of 2 directorates x 2 employers, and tallies of a week and a month."""
    house.put_learners(4, directorate=("A", "B"), employer=("V", "V", "C", "C"), cohort=("2026",))
    house.put_courses(2)
    sizes = {1: 30, 2: 20, 3: 10, 4: 3}  # crowds 1: B V, 2: A C, 3: B C, 4: A V
    periods = ("2026-W07", "2026-02-11", "2026-02")
    house.put(
        {
            table: [
                make(course, period, crowd, n)
                for course, period in product((0, 1), periods)
                for crowd, n in sizes.items()
            ]
            for table, make in TALLIES.items()
        }
    )
    house.put(
        {
            tables.standing: [(1, crowd, n, n, n // 2, 1) for crowd, n in sizes.items()],
        }
    )
    return house


def by_name(rows: list[Json], name: str, figure: str) -> dict[str, object]:
    return {row[name]: row[figure] for row in rows}


def test_weeks_have_their_connections_learners_and_time(filled: House) -> None:
    rows = filled.rows("indicators", by="week", since="2026-02-01", until="2026-02-10")
    assert [row["period"] for row in rows] == ["2026-W05", "2026-W06", "2026-W07"]
    assert rows[0]["connections"] == 0
    assert rows[2] == {
        "period": "2026-W07",
        "connections": 126,
        "distinct_learners": 63,
        "connection_seconds": 226_800.0,
        "measured_seconds": 0.0,
        "enrolments": 63,
        "completions": 0,
    }


@pytest.mark.parametrize(("unit", "period"), [("day", "2026-02-11"), ("month", "2026-02")])
def test_days_and_months_are_told_too(filled: House, unit: str, period: str) -> None:
    rows = filled.rows("indicators", by=unit, since="2026-02-11", until="2026-02-11")
    assert by_name(rows, "period", "distinct_learners") == {period: 63}


def test_figures_are_split_and_filtered(filled: House) -> None:
    rows = filled.rows("indicators", by="week,directorate", **WEEK)
    assert by_name(rows, "directorate", "distinct_learners") == {"A": 23, "B": 40}
    rows = filled.rows("indicators", by="week,employer", directorate="B", **WEEK)
    assert by_name(rows, "employer", "distinct_learners") == {"C": 10, "V": 30}
    rows = filled.rows("indicators", by="week,course", **WEEK)
    assert by_name(rows, "course", "distinct_learners") == {course_iri(1): 63}
    rows = filled.rows("indicators", by="week", course=course_iri(2), **WEEK)
    assert by_name(rows, "period", "distinct_learners") == {"2026-W07": 0}


def test_completion_rates_are_told_by_course_and_group(filled: House) -> None:
    rows = filled.rows("indicators", by="directorate")
    assert by_name(rows, "directorate", "completion_rate") == {"A": 0.4783, "B": 0.5}
    (row,) = filled.rows("indicators", by="course")
    assert (row["course"], row["enrolled"], row["completed"]) == (course_iri(1), 63, 31)


def test_a_course_has_a_summary(filled: House) -> None:
    filled.catalogue.known = {course_iri(1): Course("Premiers secours", frozenset({"safety"}))}
    summary = filled.get("courses/summary", course=course_iri(1), by="directorate")
    assert summary == {
        "course": course_iri(1),
        "title": "Premiers secours",
        "tags": ["safety"],
        "enrolled": 63,
        "started": 63,
        "completed": 31,
        "failed": 4,
        "completion_rate": 0.4921,
        "by": [
            {
                "directorate": "A",
                "enrolled": 23,
                "started": 23,
                "completed": 11,
                "failed": 2,
                "completion_rate": 0.4783,
            },
            {
                "directorate": "B",
                "enrolled": 40,
                "started": 40,
                "completed": 20,
                "failed": 2,
                "completion_rate": 0.5,
            },
        ],
    }
    assert [row["title"] for row in filled.rows("courses")] == ["Premiers secours"]
    assert filled.rows("courses", tag="other") == []
    assert filled.get("courses/summary", course=course_iri(2))["completion_rate"] is None
    assert filled.ask("courses/summary", course=course_iri(9)).status == 404


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({}, "by"),
        ({"by": "year"}, "by"),
        ({"by": "day,week"}, "by"),
        ({"by": "course,cohort"}, "by"),
        ({"by": "course", "course": course_iri(1)}, "course"),
        ({"by": "week", "since": "2026-02-30"}, "since"),
        ({"by": "week", "since": "2026-03-01", "until": "2026-02-01"}, "since"),
        ({"by": "day", "since": "2020-01-01", "until": "2026-02-01"}, "since"),
        ({"by": "course", "until": "2026-02-01"}, "until"),
        ({"by": "week", "tag": "x"}, "tag"),
    ],
)
def test_an_error_of_indicators_names_the_parameter(
    filled: House, query: dict[str, str], name: str
) -> None:
    assert problem(filled.ask("indicators", **query))["path"] == f"query.{name}"


# Small groups


def test_a_small_group_is_left_out_and_so_is_what_would_tell_it(house: House) -> None:
    house.put_learners(4, directorate=("A", "B", "C", "D"))
    sizes = {1: 40, 2: 3, 3: 20, 4: 6}  # of B, C, D, A
    house.put(
        {
            table: [make(0, "2026-W07", crowd, n) for crowd, n in sizes.items()]
            for table, make in TALLIES.items()
        }
    )
    blind = house.credential("records/aggregates")
    rows = house.rows("indicators", blind, by="week,directorate", **WEEK)
    assert by_name(rows, "directorate", "distinct_learners") == {
        "A": None,
        "B": 40,
        "C": None,
        "D": 20,
    }
    for row in rows:
        assert row.get("suppressed", False) is (row["directorate"] in "AC")
        assert {row[name] is None for name in FIGURES} == {row["directorate"] in "AC"}
    assert by_name(house.rows("indicators", blind, by="week", **WEEK), "period", "connections") == {
        "2026-W07": 138
    }
    # A filter tells what the breakdown tells, and no more.
    for name, expected in {"A": None, "B": 40, "C": None}.items():
        (row,) = house.rows("indicators", blind, by="week", directorate=name, **WEEK)
        assert row["distinct_learners"] == expected
    seeing = house.rows("indicators", by="week,directorate", **WEEK)
    assert by_name(seeing, "directorate", "distinct_learners") == {"A": 6, "B": 40, "C": 3, "D": 20}


def test_a_small_group_is_left_out_of_standings_and_summaries(filled: House) -> None:
    blind = filled.credential("records/aggregates")
    filled.put({tables.standing: [(2, 4, 2, 2, 1, 0)]})
    rows = {row["course"]: row for row in filled.rows("courses", blind)}
    assert rows[course_iri(2)]["enrolled"] is None
    assert rows[course_iri(1)]["enrolled"] is None  # the whole platform's minus this would tell
    summary = filled.get("courses/summary", blind, course=course_iri(2), by="employer")
    assert summary["suppressed"] is True
    assert summary["by"][0]["enrolled"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"by": "day"},
        {"by": "week,directorate", "employer": "V"},
        {"by": "week", "employer": "V", "directorate": "A"},
        {"by": "week,course", "employer": "V"},
    ],
)
def test_figures_whose_differences_would_tell_need_the_right_to_see_people(
    filled: House, query: dict[str, str]
) -> None:
    response = filled.ask("indicators", filled.credential("records/aggregates"), **query)
    assert response.status == 403
    assert "records/read" in json.loads(response.body)["message"]
    assert filled.ask("indicators", **query).status == 200


@given(st.lists(st.integers(0, 12), max_size=8), st.integers(1, 6))
def test_what_is_left_out_cannot_be_had_from_the_total(people: list[int], least: int) -> None:
    out = hidden(people, least)
    assert all(i in out for i, n in enumerate(people) if 0 < n < least)
    assert all(people[i] for i in out)
    is_all = {i for i, n in enumerate(people) if n} == out
    assert not out or is_all or (len(out) > 1 and sum(people[i] for i in out) >= least)

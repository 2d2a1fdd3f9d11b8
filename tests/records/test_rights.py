"""Who may see which records: scopes, the learner's own, limits of a credential."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from lrs.auth import SCOPES, principal_of
from lrs.issuing import Wish, issue
from lrs.record_limits import Limits, parse_limits
from lrs.records.catalogue import Course
from projections import tables
from statements.credentials import Credential
from tests.records.house import (
    FIRST,
    HOME,
    badge,
    completion,
    connected,
    connection,
    course_iri,
    enrolment,
    ifi,
)

if TYPE_CHECKING:
    from tests.records.house import House

BADGE = "https://badges.example.org/first-aid"
LISTS = ["enrolments", "completions", "connections", "badges"]
FIGURES = ["indicators?by=week", "courses", f"courses/summary?course={quote(course_iri(1))}"]


@pytest.fixture
def filled(house: House) -> House:
    """Fill in six learners of two employers in two courses."""
    house.put_learners(6, employer=("Ville", "CASVP"), directorate=("DRH",), cohort=("2026",))
    house.put_courses(2)
    pairs = [(n, c) for n in range(1, 7) for c in (1, 2)]
    house.put(
        {
            tables.enrolment: [enrolment(n, c, house.changed + 1) for n, c in pairs],
            tables.completion: [completion(n, c, house.changed + 1) for n, c in pairs],
            tables.connection: [
                connection(n, c, house.changed + 1) for n in range(1, 7) for c in (0, 1, 2)
            ],
            tables.badge_standing: [badge(n, BADGE, house.changed + 1) for n in range(1, 7)],
            tables.learner_period: [
                (n, c, period, 3, 60_000_000)
                for n in range(1, 7)
                for c in (0, 1)
                for period in ("2026-01-05", "2026-01", "2026-W02")
            ],
            tables.measured: [(1, "quiz", "attempt 1", 1, FIRST, 90_000_000, b"")],
            tables.connection_tally: [
                connected(c, "2026-W02", n, n * 10) for c in (0, 1, 2) for n in (1, 2)
            ],
            tables.standing: [(c, n, n * 10, n * 10, n, 0) for c in (1, 2) for n in (1, 2)],
        }
    )
    return house


def limited(house: House, **names: set[str]) -> str:
    """A credential with limits."""
    limits = Limits(**{name: frozenset(of) for name, of in names.items()})
    return house.credential("records/read", limits=limits)


@pytest.mark.parametrize("path", LISTS)
def test_rows_need_the_right_to_see_people(filled: House, path: str) -> None:
    assert filled.ask(path, filled.credential("records/read")).status == 200
    assert filled.ask(path, filled.credential("all")).status == 200
    for scope in ("records/aggregates", "all/read", "statements/read"):
        assert filled.ask(path, filled.credential(scope)).status == 403


@pytest.mark.parametrize("path", FIGURES)
def test_figures_need_less(filled: House, path: str) -> None:
    for scope in ("records/read", "records/aggregates", "all"):
        assert filled.ask(path, filled.credential(scope)).status == 200
    for scope in ("records/read/mine", "all/read", "statements/read"):
        assert filled.ask(path, filled.credential(scope)).status == 403


def test_a_learners_own_credential_sees_their_record_and_no_other(filled: House) -> None:
    agent = json.dumps({"account": {"homePage": HOME, "name": "agent-3"}})
    mine = filled.credential("records/read/mine", authority=agent)
    for path in LISTS:
        assert {row["learner"] for row in filled.rows(path, mine)} == {"agent 3"}
    assert filled.get("learners", mine)["learner"] == "agent 3"
    assert filled.get("learners", mine, learner=ifi(3))["learner"] == "agent 3"
    assert filled.ask("learners", mine, learner="agent 4").status == 404
    assert filled.ask("enrolments", mine, learner="agent 4").status == 404


def test_a_credential_of_nobody_known_has_no_record(filled: House) -> None:
    mine = filled.credential("records/read/mine")
    assert filled.rows("enrolments", mine) == []
    assert filled.ask("learners", mine).status == 404


def test_a_limit_to_an_employer_holds_everywhere(filled: House) -> None:
    who = limited(filled, employers={"CASVP"})
    for path in LISTS:
        assert {row["learner"] for row in filled.rows(path, who)} == {
            "agent 1",
            "agent 3",
            "agent 5",
        }
    assert filled.get("learners", who, learner="agent 1")["employer"] == "CASVP"
    assert filled.ask("learners", who, learner="agent 2").status == 404
    assert filled.rows("courses", who)[0]["enrolled"] == 10
    (week,) = filled.rows("indicators", who, by="week", since="2026-01-05", until="2026-01-05")
    assert week["distinct_learners"] == 10


@pytest.mark.parametrize("limit", ["courses", "tags"])
def test_a_limit_to_a_course_holds_everywhere(filled: House, limit: str) -> None:
    filled.catalogue.known = {course_iri(1): Course("Un", frozenset({"safety"}))}
    who = limited(filled, **{limit: {course_iri(1) if limit == "courses" else "safety"}})
    for path in ("enrolments", "completions", "connections"):
        assert {row["course"] for row in filled.rows(path, who)} == {course_iri(1)}
        assert filled.rows(path, who, course=course_iri(2)) == []
    assert filled.rows("badges", who) == []
    record = filled.get("learners", who, learner="agent 1")
    assert {row["course"] for row in record["enrolments"]} == {course_iri(1)}
    assert record["connections"] == [
        {"month": "2026-01", "connections": 3, "seconds": 60.0, "course": course_iri(1)}
    ]
    assert [row["course"] for row in filled.rows("courses", who)] == [course_iri(1)]
    assert filled.ask("courses/summary", who, course=course_iri(2)).status == 404
    query = {"by": "week", "since": "2026-01-05", "until": "2026-01-05"}
    assert filled.rows("indicators", who, **query, course=course_iri(2))[0]["connections"] == 0
    assert filled.rows("indicators", who, **query)[0]["connections"] == 60


def test_learners_of_several_courses_are_not_added_up(filled: House) -> None:
    who = limited(filled, courses={course_iri(1), course_iri(2)})
    response = filled.ask("indicators", who, by="week")
    assert response.status == 400
    assert json.loads(response.body)["problems"][0]["path"] == "query.course"
    query = {"by": "week,course", "since": "2026-01-05", "until": "2026-01-05"}
    assert len(filled.rows("indicators", who, **query)) == 2


def test_limits_of_two_kinds_hold_both(filled: House) -> None:
    who = limited(filled, courses={course_iri(2)}, employers={"Ville"})
    rows = filled.rows("enrolments", who)
    assert {(row["learner"], row["course"]) for row in rows} == {
        (f"agent {n}", course_iri(2)) for n in (2, 4, 6)
    }


def test_a_cursor_gives_no_right(filled: House) -> None:
    page = filled.get("enrolments", limit=1)
    who = limited(filled, employers={"CASVP"})
    assert filled.ask(page["more"], who).status == 400
    assert filled.ask(page["more"], filled.credential("records/aggregates")).status == 403


def test_a_confined_credential_has_records_within_limits_only(filled: House) -> None:
    authority = b'{"mbox":"mailto:a@example.org"}'
    rights = SCOPES["records/read"]
    for limits, expected in (("", frozenset()), ('{"courses":["http://c"]}', rights)):
        credential = Credential(
            "k",
            b"",
            "",
            "records/read",
            authority,
            "partner",
            confined=True,
            created=1,
            limits=limits,
        )
        assert principal_of(credential).rights == expected
    wish = Wish("x", ["records/read"], organisation="partner", confined=True)
    with pytest.raises(ValueError, match="within limits only"):
        issue(filled.log, wish, filled.settings)


def test_a_limit_that_is_not_known_is_not_overlooked() -> None:
    with pytest.raises(ValueError, match="not known"):
        parse_limits('{"cohorts":["2026"]}')


# One learner


def test_a_whole_record_has_everything(filled: House) -> None:
    record = filled.get("learners", learner="agent 1")
    assert record["learner"] == "agent 1"
    assert record["identifiers"] == [ifi(1)]
    assert record["enrolments"][0]["title"] == "Course 1"
    assert len(record["enrolments"]) == len(record["completions"]) == 2
    assert record["badges"][0]["badge"] == BADGE
    assert record["connections"] == [{"month": "2026-01", "connections": 3, "seconds": 60.0}]
    assert record["measured_seconds"] == {"quiz": 90.0}


def test_a_learner_is_named_in_the_path_or_by_a_parameter(filled: House) -> None:
    for name in ("agent 1", ifi(1)):
        found = filled.get(f"learners/{quote(name, safe='')}")
        assert found == filled.get("learners", learner=name)
    assert filled.ask("learners/nobody").status == 404
    assert filled.ask("learners").status == 400
    assert filled.ask("learners/nobody", learner="agent 1").status == 400

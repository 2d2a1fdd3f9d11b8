"""Lists of rows: members, filters, paging, why, formats, freshness."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from lrs.records.catalogue import Course
from lrs.records.rows import FIELDS
from projections import tables
from projections.queries import lists
from tests.records.house import (
    DAY,
    FIRST,
    HOME,
    badge,
    completion,
    connection,
    course_iri,
    enrolment,
    ifi,
    problem,
)

if TYPE_CHECKING:
    from tests.records.house import House, Json

BADGE = "https://badges.example.org/first-aid"
LISTS = ["enrolments", "completions", "connections", "badges"]


@pytest.fixture
def filled(house: House) -> House:
    """Fill in twelve learners, three courses and some rows of everything."""
    house.put_learners(
        12, directorate=("DRH", "DAC"), employer=("Ville", "CASVP", "Musée"), cohort=("2026",)
    )
    house.put_courses(3)
    learners = range(1, 13)
    house.put(
        {
            tables.enrolment: [
                enrolment(
                    n, c, house.changed + 1, "left" if n == 1 else "active", at=FIRST + n * DAY
                )
                for n in learners
                for c in (1, 2)
            ]
        }
    )
    house.put({tables.completion: [completion(n, 1, house.changed + 1) for n in learners]})
    house.put(
        {tables.connection: [connection(n, c, house.changed + 1) for n in learners for c in (0, 2)]}
    )
    house.put({tables.badge_standing: [badge(n, BADGE, house.changed + 1) for n in learners]})
    return house


def people(rows: list[Json]) -> set[int]:
    """Numbers of the learners of rows."""
    return {int(row["learner"].removeprefix("agent ")) for row in rows}


def test_rows_name_learners_and_courses_and_leave_out_what_is_not_known(filled: House) -> None:
    (one,) = filled.rows("enrolments", learner="agent 2", course=course_iri(1))
    assert one == {
        "learner": "agent 2",
        "course": course_iri(1),
        "registration": "",
        "status": "active",
        "how": "manual",
        "first": "2026-01-03T00:00:00.000000Z",
        "last": "2026-01-03T00:00:00.000000Z",
    }
    (one,) = filled.rows("completions", learner="agent 2")
    assert one == {
        "learner": "agent 2",
        "course": course_iri(1),
        "status": "completed",
        "progress": 1.0,
        "started": "2026-01-01T00:00:00.000000Z",
        "completed": "2026-01-02T00:00:00.000000Z",
        "best": 80.0,
        "best_at": "2026-01-01T00:00:00.000000Z",
        "last": 70.0,
        "last_at": "2026-01-02T00:00:00.000000Z",
    }
    (one,) = filled.rows("connections", learner="agent 2")
    assert one == {
        "learner": "agent 2",
        "begun": "2026-01-01T00:00:00.000000Z",
        "ended": "2026-01-01T00:30:00.000000Z",
        "seconds": 1800.0,
        "login": True,
        "logout": False,
    }
    (one,) = filled.rows("badges", learner="agent 2")
    assert one == {
        "learner": "agent 2",
        "badge": BADGE,
        "status": "eligible",
        "eligible": "2026-01-01T00:00:00.000000Z",
        "criteria": [{"criterion": "course", "met": True, "since": "2026-01-01T00:00:00.000000Z"}],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, set(range(1, 13))),
        ({"status": "left"}, {1}),
        ({"directorate": "DAC"}, {1, 3, 5, 7, 9, 11}),
        ({"directorate": "DAC", "employer": "CASVP"}, {1, 7}),
        ({"cohort": "2025"}, set()),
        ({"since": "2026-01-11"}, {10, 11, 12}),
        ({"since": "2026-01-11", "until": "2026-01-12"}, {10, 11}),
        ({"until": "2026-01-03T00:00:00Z"}, {1, 2}),
        ({"course": course_iri(9)}, set()),
        ({"course": course_iri(3)}, set()),
        ({"tag": "safety"}, set(range(1, 13))),
        ({"tag": "unused"}, set()),
        ({"learner": "agent 7"}, {7}),
        ({"learner": ifi(7)}, {7}),
        ({"learner": json.dumps({"account": {"homePage": HOME, "name": "agent-7"}})}, {7}),
    ],
)
def test_a_filter_finds_the_rows_that_have_it(
    filled: House, query: dict[str, str], expected: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.catalogue.known = {course_iri(2): Course("Deux", frozenset({"safety"}))}
    assert people(filled.walk("enrolments", **query)[0]) == expected
    monkeypatch.setattr(lists, "EXAMINED", 3)  # many short pages
    assert people(filled.walk("enrolments", limit=2, **query)[0]) == expected


def test_connections_are_those_of_the_platform_unless_a_course_is_asked_for(filled: House) -> None:
    filled.catalogue.known = {course_iri(2): Course("Deux", frozenset({"safety"}))}
    assert len(filled.walk("connections")[0]) == 12
    assert {row["course"] for row in filled.rows("connections", course=course_iri(2))} == {
        course_iri(2)
    }
    assert {row["course"] for row in filled.rows("connections", tag="safety")} == {course_iri(2)}


@pytest.mark.parametrize("limit", [1, 5, 24, 25])
def test_pages_have_all_rows_once(filled: House, limit: int) -> None:
    rows, _ = filled.walk("enrolments", limit=limit)
    assert len(rows) == len({(row["learner"], row["course"]) for row in rows}) == 24


def test_whoever_is_no_learner_is_in_no_list(filled: House) -> None:
    filled.put({tables.learner: [(1, "agent 1", "staff", 1, "DAC", "CASVP", "", "2026", 1)]})
    assert 1 not in people(filled.walk("enrolments")[0])


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("enrolments", {"status": "dead"}, "status"),
        ("connections", {"status": "active"}, "status"),
        ("enrolments", {"badge": BADGE}, "badge"),
        ("enrolments", {"course": "first aid"}, "course"),
        ("enrolments", {"since": "2026-13-01"}, "since"),
        ("enrolments", {"until": "yesterday"}, "until"),
        ("enrolments", {"limit": "-1"}, "limit"),
        ("enrolments", {"cursor": "x"}, "cursor"),
        ("enrolments", {"cursor": "e30="}, "cursor"),
        ("enrolments", {"changed_after": "WzEsMl0="}, "changed_after"),
        ("enrolments", {"format": "xml"}, "format"),
        ("enrolments", {"why": "yes"}, "why"),
        ("enrolments", {"learner": '{"name": "x"}'}, "learner"),
        ("enrolments", {"tag": ""}, "tag"),
        # Texts that PostgreSQL could not even look for.
        ("enrolments", {"learner": "agent 1\0"}, "learner"),
        ("completions", {"cohort": "\0"}, "cohort"),
        ("badges", {"directorate": "DRH\0"}, "directorate"),
        ("connections", {"tag": "\0"}, "tag"),
        ("learners", {"learner": "\0"}, "learner"),
        ("learners/agent%201%00", {}, "learner"),
        ("courses", {"tag": "a\0"}, "tag"),
    ],
)
def test_an_error_names_the_parameter_and_the_rule(
    filled: House, path: str, query: dict[str, str], name: str
) -> None:
    found = problem(filled.ask(path, **query))
    assert found["path"].startswith(f"query.{name}")
    assert found["rule"]


def test_a_cursor_is_of_its_question_only(filled: House) -> None:
    page = filled.get("enrolments", limit=2)
    for query in ({"status": "active"}, {"learner": "agent 1"}):
        assert (
            problem(filled.ask("enrolments", cursor=page["cursor"], **query))["path"]
            == "query.cursor"
        )
    assert problem(filled.ask("completions", cursor=page["cursor"]))["path"] == "query.cursor"
    aside = {"cursor": page["cursor"], "changed_after": page["cursor"]}
    assert problem(filled.ask("enrolments", **aside))["path"] == "query.cursor"


def test_a_learner_who_is_not_there_is_not_found(filled: House) -> None:
    assert filled.ask("enrolments", learner="agent 99").status == 404


def test_there_are_no_records_before_the_first_fold(empty_house: House) -> None:
    response = empty_house.ask("enrolments")
    assert (response.status, response.error) == (503, "no_records")
    empty_house.found()
    assert empty_house.rows("enrolments") == []


# Formats


@pytest.mark.parametrize("name", LISTS)
def test_csv_has_a_header_and_the_rows_of_json(filled: House, name: str) -> None:
    response = filled.ask(name, format="csv", limit=5)
    assert response.header("content-type") == "text/csv; charset=utf-8; header=present"
    assert response.body.endswith(b"\r\n")
    header, *cells = csv.reader(io.StringIO(response.body.decode(), newline=""))
    assert header == [*FIELDS[name], "removed"]
    page = filled.get(name, limit=5)
    assert [row[0] for row in cells] == [row["learner"] for row in page["rows"]]
    assert response.header("x-records-cursor") == page["cursor"]
    link = response.header("link")
    assert link
    following = filled.ask(link[1 : link.index(">")])
    assert following.header("content-type") == response.header("content-type")


def test_csv_is_answered_to_whom_accepts_it(filled: House) -> None:
    for accept, kind in (
        ("text/csv", "text/csv"),
        ("application/json, text/csv", "application/json"),
    ):
        response = filled.ask("enrolments", headers={"accept": accept})
        assert (response.header("content-type") or "").startswith(kind)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_csv_is_a_formula(filled: House, start: str) -> None:
    key = f'{start}HYPERLINK("x"),\n"é'
    filled.put({tables.learner: [(2, key, "learner", 1, "", "", "", "", 1)]})
    body = filled.ask("enrolments", format="csv", learner=key).body.decode()
    _, first, _ = csv.reader(io.StringIO(body, newline=""))
    assert first[0] == "'" + key


# Freshness


def test_nothing_is_sent_again_while_nothing_has_changed(filled: House) -> None:
    response = filled.ask("enrolments")
    tag = response.header("etag") or ""
    again = filled.ask("enrolments", headers={"if-none-match": tag})
    assert (again.status, again.body) == (304, b"")
    assert again.header("etag") == tag
    for other in ({"limit": 3}, {"format": "csv"}):
        assert filled.ask("enrolments", headers={"if-none-match": tag}, **other).status == 200
    mine = filled.credential("records/read/mine")
    assert filled.ask("enrolments", mine, headers={"if-none-match": tag}).status == 200
    filled.put({})
    assert filled.ask("enrolments", headers={"if-none-match": tag}).status == 200


def test_an_answer_tells_how_far_the_log_is_folded(filled: House) -> None:
    response = filled.ask("enrolments")
    assert response.header("x-records-position") == str(filled.changed)
    assert response.header("last-modified") == "Thu, 01 Jan 2026 00:00:00 GMT"

"""The read models as tables of the lake, from records on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from analytics.session import connect
from lrs.lake import lake_exporter, lake_store
from projections import tables
from projections.reference import tables as reference
from tests.records.house import (
    FIRST,
    badge,
    completion,
    connected,
    connection,
    course_iri,
    enrolment,
    progressed,
)

if TYPE_CHECKING:
    from tests.records.house import House

BADGE = "https://moodle.example.org/badges/7"
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def export(house: House) -> list[str]:
    return lake_exporter(house.settings, house.log, house.database).run().tables


def ask(house: House, sql: str) -> list[dict[str, Any]]:
    with connect(lake_store(house.settings)) as session, session.query(sql) as result:
        rows: list[dict[str, Any]] = result.table().to_pylist()
        return rows


def fill(house: House) -> None:
    """Two learners of two directorates, and something of everything."""
    house.put_learners(2, directorate=("DFA", ""), employer=("Ville",), cohort=("2026-01", ""))
    house.put_courses(2)
    described = {"id": course_iri(2), "title": "Feu", "tags": ["a", "b"], "minutes": 90}
    described |= {"opening": "free", "modules": [{"id": "https://x.example/m"}]}
    house.put(
        {
            tables.enrolment: [
                enrolment(1, 1, 1),
                enrolment(1, 2, 1, registration="r"),
                enrolment(2, 1, 1, "removed"),
            ],
            tables.completion: [completion(1, 1, 1), completion(2, 1, 1, "removed")],
            tables.connection: [connection(1, 0, 1), connection(1, 1, 1)],
            tables.measured: [(1, "quiz", "attempt of a@b.example", 0, FIRST, 2_500_000, b"")],
            tables.badge_standing: [badge(1, BADGE, 1), badge(2, BADGE, 1, "removed")],
            tables.connection_tally: [
                connected(0, "2026-01", 1, 3),
                connected(1, "2026-W01", 2, 1),
            ],
            tables.measured_tally: [(0, "2026-01", 1, 2_500_000)],
            tables.progress_tally: [progressed(1, "2026-01-01", 1, 4)],
            reference.course: [(course_iri(2), orjson.dumps(described).decode())],
        }
    )


def test_every_table_has_its_columns(house: House) -> None:
    export(house)
    columns = {
        name: [row["column_name"] for row in ask(house, f"DESCRIBE {name}")]
        for name in ("learners", "actors", "courses", "enrolments", "completions")
    }
    assert columns == {
        "learners": [
            *("learner", "kind", "known"),
            "directorate",
            "employer",
            "occupation",
            "cohort",
        ],
        "actors": ["actor", "learner"],
        "courses": ["course", "title", "tags", "opening", "minutes", "modules"],
        "enrolments": ["learner", "course", "registration", "first", "last", "how", "status"],
        "completions": [
            *("learner", "course", "status", "progress", "started", "completed"),
            *("best", "best_at", "last", "last_at"),
        ],
    }
    types = {row["column_name"]: row["column_type"] for row in ask(house, "DESCRIBE connections")}
    assert types == {
        "learner": "VARCHAR",
        "course": "VARCHAR",
        "begun": "TIMESTAMP WITH TIME ZONE",
        "ended": "TIMESTAMP WITH TIME ZONE",
        "seconds": "DOUBLE",
    }


def test_people_and_courses(house: House) -> None:
    fill(house)
    export(house)
    known, bare = ask(house, "FROM learners ORDER BY directorate NULLS FIRST")
    assert (known["kind"], known["known"], known["occupation"]) == ("learner", True, "clerk")
    assert (known["directorate"], bare["directorate"], bare["cohort"]) == (None, "DFA", "2026-01")
    joined = "SELECT count(*) AS n FROM actors JOIN learners USING (learner)"
    assert ask(house, joined) == [{"n": 2}]
    assert "agent" not in str(ask(house, "FROM actors, learners"))
    assert ask(house, "FROM courses ORDER BY course") == [
        {
            "course": course_iri(1),
            "title": "Course 1",
            "tags": [],
            "opening": None,
            "minutes": None,
            "modules": None,
        },
        {
            "course": course_iri(2),
            "title": "Feu",
            "tags": ["a", "b"],
            "opening": "free",
            "minutes": 90.0,
            "modules": 1,
        },
    ]


def test_records(house: House) -> None:
    fill(house)
    export(house)
    plain, of_cmi5 = ask(house, "SELECT * EXCLUDE learner FROM enrolments ORDER BY course")
    assert plain == {
        "course": course_iri(1),
        "registration": None,
        "first": MIDNIGHT,
        "last": MIDNIGHT,
        "how": "manual",
        "status": "active",
    }
    assert of_cmi5["registration"] == "r"
    (done,) = ask(house, "FROM completions JOIN enrolments USING (learner, course)")
    assert (done["best"], done["best_at"], done["completed"]) == (80.0, MIDNIGHT, MIDNIGHT + DAY)
    everywhere, inside = ask(house, "FROM connections ORDER BY course NULLS FIRST")
    assert (everywhere["course"], inside["course"]) == (None, course_iri(1))
    assert (inside["begun"], inside["seconds"]) == (MIDNIGHT, 1800.0)
    (quiz,) = ask(house, "FROM measured")
    assert (quiz["kind"], quiz["course"], quiz["seconds"]) == ("quiz", None, 2.5)
    assert len(quiz["item"]) == 32  # a pseudonym: it names somebody
    (of_badge,) = ask(house, "FROM badges")
    assert (of_badge["badge"], of_badge["eligible"], of_badge["revoked"]) == (BADGE, MIDNIGHT, None)
    assert of_badge["title"] is None  # nobody has defined it


def test_outcomes_are_of_learners_and_of_courses_however_often_enrolled(house: House) -> None:
    fill(house)
    house.put({tables.enrolment: [enrolment(1, 1, 2, registration="again")]})
    export(house)
    done, waiting = ask(house, "SELECT * EXCLUDE learner FROM outcomes ORDER BY course")
    assert done == {
        "course": course_iri(1),
        "directorate": None,
        "employer": "Ville",
        "cohort": None,
        "enrolled": MIDNIGHT,
        "started": MIDNIGHT,
        "completed": MIDNIGHT + DAY,
        "status": "completed",
        "progress": 1.0,
    }
    nothing = dict.fromkeys(("started", "completed", "status", "progress"))
    assert waiting == done | nothing | {"course": course_iri(2)}


def test_indicators_are_those_of_crowds(house: House) -> None:
    fill(house)
    export(house)
    month, day, week = ask(house, "FROM indicators ORDER BY unit = 'week', period")
    assert month == {
        "unit": "month",
        "period": "2026-01",
        "course": None,
        "directorate": None,
        "employer": "Ville",
        "cohort": None,
        "connections": 6,
        "distinct_learners": 3,
        "connection_seconds": 6 * 1800.0,
        "measured_seconds": 2.5,
        "enrolments": 0,
        "completions": 0,
    }
    assert (day["unit"], day["enrolments"], day["course"]) == ("day", 4, course_iri(1))
    assert (week["period"], week["directorate"], week["cohort"]) == ("2026-W01", "DFA", "2026-01")


def test_tables_are_written_anew_when_the_records_went_on(house: House) -> None:
    fill(house)
    assert len(export(house)) == 10  # with the table of voids
    assert export(house) == []
    house.put({tables.enrolment: [enrolment(2, 2, 9)]})
    assert len(export(house)) == 9
    assert len(ask(house, "FROM enrolments")) == 3


def test_before_the_first_fold_there_are_no_tables(empty_house: House) -> None:
    house = empty_house
    house.found()
    house.database.write(lambda c: c.script("DELETE FROM projection"))
    assert export(house) == ["voided"]

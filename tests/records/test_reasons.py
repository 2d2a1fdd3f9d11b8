"""Why a row is as it is: the statements that led to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from projections import tables
from tests.records.house import course_iri, enrolment
from tests.statements.store import Store, new_statement

if TYPE_CHECKING:
    from tests.records.house import House


def test_a_row_names_its_statements_and_the_rule_of_each(house: House) -> None:
    first, second = new_statement(), new_statement()
    Store(house.log).append(first, second)
    house.put_learners(2)
    house.put_courses(1)
    evidence = json.dumps({"enrolled": 2, "last": [1, 2], "lost": 99})
    at = house.changed + 1
    rows = [
        enrolment(1, 1, at, evidence=evidence),
        enrolment(2, 1, at, "removed", evidence=evidence),
    ]
    house.put({tables.enrolment: rows})
    (row,) = house.rows("enrolments", why="true")
    assert row["why"] == [
        {"rule": "enrolled", "statement": second["id"]},
        {"rule": "last", "statement": first["id"]},
        {"rule": "last", "statement": second["id"]},
    ]
    assert "why" not in house.rows("enrolments")[0]
    lines = house.ask("enrolments", why="true", format="csv").body.decode().splitlines()
    assert lines[0].endswith(",removed,why")
    assert second["id"] in lines[1]
    assert course_iri(1) in lines[1]

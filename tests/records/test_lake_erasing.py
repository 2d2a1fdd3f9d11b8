"""A person who was erased leaves the tables of the lake, under whatever name the records know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from analytics.erasing import survey
from analytics.session import connect
from analytics.verification import verify
from lrs.lake import lake_exporter, lake_store
from projections import tables
from projections.exports.people import identifiers_of
from projections.reference import tables as reference
from statements.erasures import Wish, record
from tests.analytics.lakes import texts_of
from tests.records.house import (
    FIRST,
    HOME,
    badge,
    completion,
    connected,
    connection,
    enrolment,
    ifi,
)
from tests.statements.store import Store as Log
from tests.statements.store import new_statement

if TYPE_CHECKING:
    from analytics.exporting import Exporter
    from tests.records.house import House

BADGE = "https://moodle.example.org/badges/7"
LISTED = "mbox:mailto:listed@example.org"  # in the directory, and in no statement yet
PER_LEARNER = {
    "learners": 1,
    "actors": 2,
    "enrolments": 1,
    "completions": 1,
    "connections": 1,
    "measured": 1,
    "badges": 1,
}
"""Rows of learner 1, by table."""


@pytest.fixture
def exporter(house: House) -> Exporter:
    """Lend what makes a lake of two learners, of whom the first has two identifiers."""
    house.put_learners(2)
    house.put_courses(1)
    both = (1, 2)
    measured = [(number, "quiz", f"attempt {number}", 0, FIRST, 1_000_000, b"") for number in both]
    entries = [
        (one, "agent 1", *["learner", "", "", "clerk", ""]) for one in (ifi(1), ifi(3), LISTED)
    ]
    house.put(
        {
            tables.identity: [(3, ifi(3), 1)],
            tables.enrolment: [enrolment(number, 1, 1) for number in both],
            tables.completion: [completion(number, 1, 1) for number in both],
            tables.connection: [connection(number, 0, 1) for number in both],
            tables.measured: measured,
            tables.badge_standing: [badge(number, BADGE, 1) for number in both],
            tables.connection_tally: [connected(0, "2026-01", 1, 2)],
            reference.entry: entries,
        }
    )
    Log(house.log).append(*map(by, (1, 2, 3)))
    exporter = lake_exporter(house.settings, house.log, house.database)
    exporter.run()
    return exporter


def by(number: int) -> dict[str, Any]:
    """A statement by the agent of this number."""
    return new_statement(actor={"account": {"homePage": HOME, "name": f"agent-{number}"}})


def identifiers(house: House, one: str) -> frozenset[str]:
    return house.database.snapshot(lambda connection: identifiers_of(connection, one))


def erase(house: House, exporter: Exporter, one: str) -> None:
    wish = Wish(persons=identifiers(house, one))
    assert exporter.erase(partial(record, house.log, wish)).is_whole


def ask(house: House, sql: str) -> list[dict[str, Any]]:
    with connect(lake_store(house.settings)) as session, session.query(sql) as result:
        rows: list[dict[str, Any]] = result.table().to_pylist()
        return rows


def rows_of(house: House) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(ask(house, f"FROM {name}")) for name in PER_LEARNER}


def test_a_person_has_all_identifiers_that_anybody_knows(house: House, exporter: Exporter) -> None:
    assert exporter
    for one in (ifi(1), ifi(3), LISTED):
        assert identifiers(house, one) == {ifi(1), ifi(3), LISTED}
    assert identifiers(house, ifi(2)) == {ifi(2)}
    assert identifiers(house, "mbox:mailto:x@example.org") == {"mbox:mailto:x@example.org"}


def test_a_person_leaves_every_table_and_the_totals_stay(house: House, exporter: Exporter) -> None:
    before, totals = rows_of(house), ask(house, "FROM indicators")
    names = [exporter.reader.privacy.shown(each) for each in (ifi(1), ifi(3), "agent 1")]
    assert all(name in texts_of(exporter.store) for name in names)
    concerned = survey(exporter, (), identifiers(house, ifi(3)))
    assert concerned.rows == sum(PER_LEARNER.values())
    erase(house, exporter, ifi(3))
    assert rows_of(house) == {name: before[name] - gone for name, gone in PER_LEARNER.items()}
    assert ask(house, "FROM indicators") == totals
    assert [row["position"] for row in ask(house, "FROM statements")] == [2]
    assert not any(name in texts_of(exporter.store) for name in names)
    found = verify(exporter, lambda *_: None)
    assert (found.erased, found.differences, found.moved_on) == (2, [], [])


def test_what_the_records_learn_later_of_an_erased_person_stays_out(
    house: House, exporter: Exporter
) -> None:
    erase(house, exporter, ifi(1))
    before = rows_of(house)
    # The directory has another name for the person, who was enrolled again, with a new identifier.
    learner = (1, "anna", "learner", 1, "", "", "clerk", "", 1)
    house.put(
        {
            tables.learner: [learner],
            tables.identity: [(4, LISTED, 1)],
            tables.enrolment: [enrolment(1, 1, 9, registration="r")],
        }
    )
    Log(house.log).append(by(1), new_statement(actor={"mbox": "mailto:listed@example.org"}), by(2))
    exporter.run()
    assert rows_of(house) == before
    assert [row["position"] for row in ask(house, "FROM statements")] == [2, 6]
    assert verify(exporter, lambda *_: None).differences == []


def test_an_identifier_that_the_records_cannot_keep(house: House, exporter: Exporter) -> None:
    """PostgreSQL keeps no NUL in a text: the fold leaves it out."""
    odd = {"account": {"homePage": HOME, "name": "agent-\0-2"}}
    Log(house.log).append(new_statement(actor=odd))
    exporter.run()
    erase(house, exporter, f"account:{HOME}|agent-\0-2")
    assert exporter.reader.privacy.shown(f"account:{HOME}|agent-\0-2") not in texts_of(
        exporter.store
    )
    assert [row["position"] for row in ask(house, "FROM statements ORDER BY position")] == [1, 2, 3]


def test_a_statement_alone_leaves_the_records_as_they_are(house: House, exporter: Exporter) -> None:
    before = rows_of(house)
    wish = Wish((UUID(Log(house.log).ids()[0]),))
    assert exporter.erase(partial(record, house.log, wish)) == (1, True)
    assert rows_of(house) == before
    assert [row["position"] for row in ask(house, "FROM statements ORDER BY position")] == [2, 3]

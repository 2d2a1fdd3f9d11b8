"""A simulated year: the records say exactly what the simulator meant, statement by statement."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import text

from lrs.simulation import Options, Simulation
from projections.reference.directory import Person
from projections.reference.documents import BADGES, CATALOGUE, import_documents
from projections.reference.people import import_directory
from tests.projections.folding import Templates, new_folder
from tests.statements.store import Store, new_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Database

Json = dict[str, Any]
Rows = dict[Any, tuple[Any, ...]]

OPTIONS = Options(
    seed=1, learners=80, courses=40, start=date(2025, 1, 1), end=date(2025, 12, 31),
    statements=7_000, weekly_learners=14,
)  # fmt: skip
AT_ONCE = 200


class Run(NamedTuple):
    """What the simulator knows, by kind, and the records."""

    truth: dict[str, list[Json]]
    records: Database

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.records.read(lambda connection: connection.rows(text(query)))

    def names(self, table: str, name: str) -> dict[int, str]:
        """Names by number."""
        return dict(self.ask(f"SELECT number, {name} FROM {table}"))  # noqa: S608


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Simulate, append, fold."""
    templates = Templates(tmp_path_factory.mktemp("truth"))
    simulation = Simulation(OPTIONS)
    statements = list(simulation.statements())
    with templates.lend("log") as log, templates.lend("records") as records:
        describe(records, simulation)
        store = Store(log)
        for at in range(0, len(statements), AT_ONCE):
            requests = [new_request(each) for each in statements[at : at + AT_ONCE]]
            store.appender.append(requests)
        new_folder(log, records).settle()
        truth: dict[str, list[Json]] = defaultdict(list)
        for line in simulation.truth():
            row = json.loads(line)
            truth[row["kind"]].append(row)
        yield Run(truth, records)


def describe(records: Database, simulation: Simulation) -> None:
    catalogue = simulation.catalogue()
    import_documents(records, CATALOGUE, catalogue)
    import_documents(records, BADGES, catalogue)
    people = {
        row.identifier: Person(
            row.learner, row.kind, row.directorate, row.employer, row.occupation, row.cohort
        )
        for row in simulation.directory()
    }
    import_directory(records, people)


def microseconds(moment: str | None) -> int | None:
    if moment is None:
        return None
    return round(datetime.fromisoformat(moment).timestamp() * 1000) * 1000


def tenths(percent: float | None) -> float | None:
    """The simulator keeps tenths of a percent and cuts off the rest."""
    return None if percent is None else int(percent * 10 + 1e-6) / 10


def test_the_year_is_long_enough_to_prove_something(run: Run) -> None:
    (about,) = run.truth["about"]
    assert about["statements"] > 6_900
    assert len(run.truth["day"]) > 80
    assert min(about["voided"], about["odd_timestamps"], about["repeated"]) > 0
    assert {row["status"] for row in run.truth["completion"]} >= {"completed", "in progress"}


def test_enrolments_are_true(run: Run) -> None:
    learners, courses = run.names("learner", "key"), run.names("activity", "iri")
    rows = run.ask("SELECT learner, course, first, last, how, status FROM enrolment")
    assert {(learners[row[0]], courses[row[1]]): row[2:] for row in rows} == {
        (row["learner"], row["course"]): (
            microseconds(row["first"]), microseconds(row["last"]), row["how"], row["status"],
        )
        for row in run.truth["enrolment"]
    }  # fmt: skip


def test_completions_are_true(run: Run) -> None:
    learners, courses = run.names("learner", "key"), run.names("activity", "iri")
    rows = run.ask(
        "SELECT learner, course, status, progress, started, completed, best, last FROM completion"
    )
    assert {
        (learners[learner], courses[course]): (
            status, round(progress, 4), started, completed, tenths(best), tenths(last)
        )
        for learner, course, status, progress, started, completed, best, last in rows
    } == {
        (row["learner"], row["course"]): (
            row["status"], row["progress"], microseconds(row["started"]),
            microseconds(row["completed"]), row["best"], row["last"],
        )
        for row in run.truth["completion"]
    }  # fmt: skip


def test_connections_of_each_learner_are_true(run: Run) -> None:
    learners = run.names("learner", "key")
    rows = run.ask(
        "SELECT learner, count(*), sum(ended - begun), min(begun), max(ended) FROM connection"
        " WHERE course = 0 GROUP BY learner"
    )
    assert {learners[row[0]]: row[1:] for row in rows} == {
        row["learner"]: (
            row["connections"], round(row["connection_seconds"] * 1000) * 1000,
            microseconds(row["first"]), microseconds(row["last"]),
        )
        for row in run.truth["learner"]
        if row["connections"]
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["quiz", "video", "meeting", "face_to_face"])
def test_measured_time_is_true(run: Run, kind: str) -> None:
    learners = run.names("learner", "key")
    rows = run.ask("SELECT learner, kind, sum(microseconds) FROM measured GROUP BY 1, 2")
    found = {learners[who]: round(total / 1000) for who, what, total in rows if what == kind}
    wanted = {row["learner"]: round(row[f"{kind}_seconds"] * 1000) for row in run.truth["learner"]}
    assert sum(found.values()) > 0
    assert {who: total for who, total in found.items() if total} == {
        who: total for who, total in wanted.items() if total
    }


@pytest.mark.parametrize(
    ("kind", "form"), [("day", r"\d+-\d\d-\d\d"), ("week", r"\d+-W\d\d"), ("month", r"\d+-\d\d")]
)
@pytest.mark.parametrize("crowds", ["everybody", "each"])
def test_tallies_by_period_are_true(run: Run, kind: str, form: str, crowds: str) -> None:
    rows = run.ask(
        "SELECT period, sum(connections), sum(learners), sum(microseconds), crowd = 0"
        " FROM connection_tally WHERE course = 0 GROUP BY period, crowd = 0"
    )
    wanted = [row for row in rows if row[4] == (crowds == "everybody")]
    found = {row[0]: (*row[1:3], round(row[3] / 1000)) for row in wanted}
    assert {period: row for period, row in found.items() if re.fullmatch(form, period)} == {
        row["period"]: (
            row["connections"], row["distinct_learners"], round(row["connection_seconds"] * 1000),
        )
        for row in run.truth[kind]
    }  # fmt: skip


def test_badges_are_true(run: Run) -> None:
    learners = run.names("learner", "key")
    rows = run.ask(
        "SELECT learner, badge, awarded, revoked FROM badge_standing"
        " WHERE awarded IS NOT NULL OR revoked IS NOT NULL"
    )
    assert {(learners[row[0]], row[1]): row[2:] for row in rows} == {
        (row["learner"], row["badge"]): (microseconds(row["awarded"]), microseconds(row["revoked"]))
        for row in run.truth["badge"]
    }


def test_who_was_awarded_a_badge_is_found_to_have_been_eligible(run: Run) -> None:
    rows = run.ask("SELECT eligible, awarded FROM badge_standing WHERE awarded IS NOT NULL")
    assert rows
    assert all(eligible is not None and eligible <= awarded for eligible, awarded in rows)


def test_nobody_of_the_staff_is_in_any_figure(run: Run) -> None:
    staff = {number for number, kind in run.names("learner", "kind").items() if kind != "learner"}
    assert staff
    for table in ("enrolment", "completion", "connection", "measured", "badge_standing"):
        assert not staff & {row[0] for row in run.ask(f"SELECT learner FROM {table}")}  # noqa: S608


def test_every_statement_is_understood(run: Run) -> None:
    assert run.ask("SELECT verb, type FROM unrecognised") == []

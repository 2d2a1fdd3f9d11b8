"""`lrs analytics erase`."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from analytics.lake import alone
from lrs.lake import lake_exporter, lake_store
from lrs.settings import Settings
from projections.opening import open_records
from statements.opening import open_database
from tests.analytics.lakes import texts_of
from tests.analytics.town import fold
from tests.commands.samples import make_anonymous
from tests.conformance.samples import make_statement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.called import Called, Lrs

HOME = "https://lms.example.org"
COURSE = f"{HOME}/course/view.php?id=7"
COMPLETED = {"id": "http://adlnet.gov/expapi/verbs/completed"}
IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5)]
COUNT = "SELECT count(*) AS n FROM statements"


def agent(name: str) -> dict[str, object]:
    return {"account": {"homePage": HOME, "name": name}}


@pytest.fixture
def filled(lrs: Lrs) -> Lrs:
    """Lend `lrs` on a store of four statements, two of Anna's, that were folded and exported."""
    lrs.take(
        *(
            make_statement(id=id_, actor=agent(who), verb=COMPLETED, object={"id": COURSE})
            for id_, who in zip(IDS, ("anna", "anna", "ben", "carla"), strict=True)
        )
    )
    settings = Settings(data_dir=lrs.folder)
    with (
        closing(open_database(settings.database_url)) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        fold(log, records)
        lake_exporter(settings, log, records).run()
    return lrs


def erase(lrs: Lrs, *arguments: object, given: str = "") -> Called:
    return lrs("analytics", "erase", *arguments, given=given.encode())


def statements(lrs: Lrs) -> int:
    """How many there are in the lake."""
    found: int = lrs("analytics", "sql", COUNT, "--format", "json").json[0]["n"]
    return found


def test_statements_are_erased_after_a_question(filled: Lrs) -> None:
    asked = erase(filled, IDS[0], IDS[2], given="n\n")
    assert (asked.status, statements(filled)) == (1, 4)
    assert "Erase 2 statements (in 1 segments) and 0 rows of tables from the lake" in asked.err
    done = erase(filled, IDS[0], IDS[2], given="y\n")
    assert (done.status, statements(filled)) == (0, 2)
    assert done.out == b"2 statements (in 1 segments) and 0 rows of tables are erased\n"
    assert erase(filled, IDS[0]).out == b"nothing is left to erase\n"
    verified = filled("analytics", "verify")
    assert verified.out.startswith(b"2 statements up to position 4 (2 erased), statements, voided")
    assert verified.out.endswith(b": all is well\n")


def test_ids_come_from_a_file_or_standard_input(filled: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text(f"{IDS[0]}\n\n  {IDS[1].upper()}\n")
    assert erase(filled, "--file", file, "--yes", "--json").json["statements"] == 2
    assert erase(filled, IDS[3], "--file", "-", "--yes", given=IDS[2]).status == 0
    assert statements(filled) == 0
    unasked = erase(filled, "--file", "-", given=IDS[2])
    assert unasked.status == 2
    assert "add --yes" in unasked.err


def test_a_dry_run_tells_and_changes_nothing(filled: Lrs) -> None:
    store = lake_store(Settings(data_dir=filled.folder))
    before = texts_of(store)
    told = erase(filled, "--agent", json.dumps(agent("anna")), "--dry-run", "--json").json
    assert (told["statements"], told["segments"]) == (2, 1)
    assert told["rows"] >= 3  # a learner, an actor, a completion
    plain = erase(filled, IDS[0], "--dry-run").out
    assert plain == b"1 statements (in 1 segments) and 0 rows of tables would be erased\n"
    assert texts_of(store) == before


def test_a_person_is_erased_and_stays_out(filled: Lrs) -> None:
    anna = json.dumps(agent("anna"))
    learners = "SELECT count(*) AS n FROM learners"
    assert filled("analytics", "sql", learners, "--format", "json").json == [{"n": 3}]
    assert erase(filled, "--agent", anna, "--yes").status == 0
    assert statements(filled) == 2
    assert filled("analytics", "sql", learners, "--format", "json").json == [{"n": 2}]
    filled.take(make_anonymous(actor=agent("anna")), make_anonymous(actor=agent("ben")))
    assert filled("analytics", "export").status == 0
    assert statements(filled) == 3
    assert erase(filled, "--agent", anna, "--yes").out == b"nothing is left to erase\n"
    assert filled("analytics", "verify", "--json").json["erased"] == 3


def test_any_role_takes_other_peoples_statements_too(filled: Lrs) -> None:
    taught = make_anonymous(actor=agent("ben"), context={"instructor": agent("dora")})
    filled.take(taught)
    filled("analytics", "export")
    dora = json.dumps(agent("dora"))
    unknown = erase(filled, "--agent", dora, "--yes")
    assert (unknown.status, statements(filled)) == (1, 5)
    assert "--any-role finds" in unknown.err
    assert erase(filled, "--agent", dora, "--any-role", "--yes", "--json").json["statements"] == 1
    assert statements(filled) == 4


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "which statements?"),
        (("--any-role", IDS[0]), 2, "--any-role is about a person"),
        (("not-an-id",), 2, "is not a valid UUID"),
        (("--agent", '{"name": "Anna"}'), 2, "--agent"),
        (("--agent", '{"objectType": "Group", "mbox": "mailto:g@e.org"}'), 2, "it is a Group"),
        (("--agent", "mailto:x@example.org", "--yes"), 1, "nobody is known by this identifier"),
        ((IDS[0].replace("0001", "9999"), "--yes"), 1, "no statement in the log has the id 0000"),
        (("--file", "-", "--yes"), 1, "line 2: 'anna' is no id of a statement, a UUID"),
    ],
)
def test_what_is_wrong_is_said_and_erases_nothing(
    filled: Lrs, arguments: tuple[str, ...], status: int, said: str
) -> None:
    answer = erase(filled, *arguments, given=f"{IDS[0]}\nanna\n")
    assert answer.status == status
    assert said in answer.err
    assert statements(filled) == 4


def test_without_a_lake_or_while_it_is_written_to(lrs: Lrs) -> None:
    lrs.take(make_statement(id=IDS[0]))
    missing = erase(lrs, IDS[0], "--yes")
    assert (missing.status, "there is no lake" in missing.err) == (1, True)
    lrs("analytics", "export")
    with alone(lrs.folder / "analytics-lock"):
        busy = erase(lrs, IDS[0], "--yes")
    assert (busy.status, "another export or erasure is running" in busy.err) == (1, True)
    assert statements(lrs) == 1

"""The commands on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.called import Lrs
from tests.commands.samples import TIME, make_anonymous, make_moodle_event, without
from tests.conformance.samples import make_statement, refer_to, void

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_database: str) -> Lrs:
    """Lend `lrs` on an empty PostgreSQL database."""
    return Lrs(tmp_path / "other", monkeypatch, LRS_DATABASE_URL=postgresql_database)


def test_import_export_and_check_do_the_same_on_both_databases(
    lrs: Lrs, on_postgresql: Lrs
) -> None:
    gone = make_statement(timestamp=TIME)
    referring = make_statement(object=refer_to(gone), timestamp=TIME)
    statements = [gone, void(gone) | {"timestamp": TIME}, referring, make_moodle_event()]
    many = [make_anonymous() for _ in range(1200)]
    reports = [store.take(*statements, *many, *statements) for store in (lrs, on_postgresql)]
    assert [(each["new"], each["known"]) for each in reports] == [(1204, 4)] * 2
    for options in ((), ("--no-voided",), ("--verb", gone["verb"]["id"], "--limit", 1000)):
        ours, theirs = lrs.statements(*options), on_postgresql.statements(*options)
        assert ours
        ours, theirs = ([without(each, "stored") for each in them] for them in (ours, theirs))
        assert ours == theirs
    assert on_postgresql("check").out.endswith(b"all is well\n")
    assert on_postgresql("check", "--sample", 100).status == 0


def test_the_lake_is_the_same_on_both_databases(lrs: Lrs, on_postgresql: Lrs) -> None:
    gone = make_statement(timestamp=TIME)
    statements = [gone, void(gone) | {"timestamp": TIME}, make_moodle_event()]
    query = "SELECT * EXCLUDE (stored, statement, actor, authority) FROM statements ORDER BY 1"
    answers = []
    for store in (lrs, on_postgresql):
        store.take(*statements)
        assert store("analytics", "export").status == 0
        answers.append(store("analytics", "sql", query, "--format", "json").json)
    assert answers[0] == answers[1]
    assert [row["voided"] for row in answers[0]] == [True, False, False]

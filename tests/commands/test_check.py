"""`lrs check`: its words and its status; what it finds is in tests/statements/test_check.py."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.conformance.samples import make_statement

if TYPE_CHECKING:
    from tests.commands.called import Lrs


@pytest.fixture
def tampered(lrs: Lrs) -> Lrs:
    """Lend a store in which one digest of three is wrong."""
    lrs.take(*(make_statement() for _ in range(3)))
    with closing(sqlite3.connect(lrs.folder / "lrs.sqlite3", isolation_level=None)) as raw:
        guard = "SELECT sql FROM sqlite_master WHERE name = 'statement_no_update'"
        (trigger,) = raw.execute(guard).fetchone()
        raw.execute("DROP TRIGGER statement_no_update")
        raw.execute("UPDATE statement SET digest = salt WHERE position = 2")
        raw.execute(trigger)
    return lrs


def test_a_store_that_is_well_is_said_to_be(lrs: Lrs) -> None:
    lrs.take(make_statement(), make_statement())
    called = lrs("check")
    assert (called.status, called.err) == (0, "")
    assert called.out.startswith(b"2 statements in ")
    assert called.out.endswith(b" s: all is well\n")


def test_what_is_wrong_is_told_line_by_line_with_status_1(tampered: Lrs) -> None:
    called = tampered("check")
    assert called.status == 1
    first, last = called.lines
    assert first == b"digest at position 2: the text is not the one that was stored"
    assert last.endswith(b": 1 findings (1 digest)")


def test_programs_get_one_object(tampered: Lrs) -> None:
    called = tampered("check", "--json")
    facts = called.json
    assert called.status == 1
    assert (facts["statements"], facts["findings"], facts["counts"]) == (3, 1, {"digest": 1})
    [finding] = facts["first_findings"]
    assert (finding["kind"], finding["position"]) == ("digest", 2)


def test_a_sample_looks_at_so_many_statements(tampered: Lrs) -> None:
    assert tampered("check", "--sample", "3", "--json").json["findings"] == 1
    assert tampered("check", "--sample", "1", "--json").json["statements"] == 1
    assert tampered("check", "--json", LRS_CHECK_SAMPLE="2").json["statements"] == 2


def test_a_store_that_was_not_made_yet_is_told_in_a_line(lrs: Lrs) -> None:
    (lrs.folder / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        called = lrs("check", LRS_DATA_DIR=str(lrs.folder / folder))
        assert called.status == 1
        assert len(called.err.splitlines()) == 1
        assert "run lrs migrate" in called.err

"""The benchmark runs, finds what it asks for, and its table has every figure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import orjson
import pytest

from schemas.validation import validate_statement
from schemas.versions import Version
from tests.benchmarks import __main__ as program
from tests.benchmarks.questions import PAGE, QUESTIONS
from tests.benchmarks.report import render
from tests.benchmarks.stand import stand
from tests.benchmarks.world import LONELY_COURSE, LONELY_VERB, facts, statement

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 1_500


def test_statements_are_valid_and_of_the_size_that_is_asked_for() -> None:
    texts = [statement(n) for n in range(2_000)]
    for text in texts[:100]:
        validate_statement(orjson.loads(text), Version.V2)
    assert 1_050 < sum(map(len, texts)) / len(texts) < 1_150


def test_two_values_that_a_tenth_has_are_never_together() -> None:
    about = [facts(n) for n in range(5_000)]
    verb = {n for n, each in enumerate(about) if each.verb == LONELY_VERB}
    course = {n for n, each in enumerate(about) if each.course == LONELY_COURSE}
    assert 400 < len(verb) < 600 > len(course) > 400
    assert not verb & course


def test_learners_have_as_much_in_a_small_store_as_in_a_large_one() -> None:
    learners = [facts(n).learner for n in range(80_000)]

    def in_full_pages(size: int) -> float:
        counted = Counter(learners[:size])
        return sum(count for count in counted.values() if count >= PAGE) / size

    assert in_full_pages(20_000) == pytest.approx(in_full_pages(80_000), abs=0.02)
    assert in_full_pages(80_000) > 0.9


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_small_run_measures_everything(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "ROUNDS", 1)
    monkeypatch.setattr(program, "ROUND_SECONDS", 0.1)
    monkeypatch.setattr(program, "BARE_STATEMENTS", 200)
    monkeypatch.setattr("tests.benchmarks.stand.IDLE_SECONDS", 0)
    with stand(database, 1, tmp_path) as started:
        figures = program.Bench(started, database, 0.02).run(SIZE)
    table = render("a machine", [figures])
    assert all(
        re.search(rf"^\| {re.escape(each.name)} \|", table, re.MULTILINE) for each in QUESTIONS
    )
    assert figures.statements >= SIZE
    assert all(served > 0 < bare for served, bare in figures.batches_new + figures.batches_full)
    assert figures.memory_bytes > 10_000_000 < figures.disk_bytes * 100
    assert figures.singles
    assert all(timed.p99_ms > 0 for of in figures.queries.values() for timed in of.values())

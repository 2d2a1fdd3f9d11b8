"""The benchmark of reports runs; its lake and its copy of the log say the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest

from analytics.reports.named import named_queries
from lrs.simulation import Options
from tests.analytics.town import Town, build_town
from tests.benchmarks.json_questions import QUESTIONS, ask_json
from tests.benchmarks.reports import measure, render, video_of

if TYPE_CHECKING:
    from pathlib import Path

SIZE, JSON_SIZE = 2_500, 1_700


def test_a_small_run_measures_every_report(tmp_path: Path) -> None:
    options = Options(
        learners=100, courses=30, statements=1_000, start=date(2026, 3, 1), end=date(2026, 3, 31)
    )
    town = build_town(tmp_path, options)
    people = town.ask("SELECT count(DISTINCT learner) AS n FROM enrolments")[0]["n"]
    found = measure(town, SIZE, JSON_SIZE, 1)
    assert set(found) == set(named_queries()) > set(QUESTIONS)
    assert all((taken.beside is not None) == (name in QUESTIONS) for name, taken in found.items())
    assert all(f"| {name} |" in render(found) for name in found)
    for lake, size, times in ((town, JSON_SIZE, 2), (Town(tmp_path / "large", town.run), SIZE, 3)):
        (row,) = lake.ask("SELECT count(*) AS n, count(DISTINCT position) AS p FROM statements")
        assert row == {"n": size, "p": size}
        (row,) = lake.ask("SELECT count(DISTINCT learner) AS n FROM enrolments")
        assert row == {"n": people * times}


@pytest.mark.parametrize("name", ["item-analysis", "video-retention"])
def test_the_json_gives_the_same_answer(town: Town, name: str) -> None:
    video = video_of(town)
    given = {"video": video} if name == "video-retention" else {}
    rows = town.report(name, None, **given)
    with closing(sqlite3.connect(town.folder / "lrs.sqlite3")) as log:
        found = ask_json(log, name, video)
    expected = [{column: row[column] for column in found[0]} for row in rows]
    assert len(found) == len(expected)
    key = "question" if name == "item-analysis" else "step"
    for mine, theirs in zip(found, sorted(expected, key=lambda row: row[key]), strict=True):
        assert mine == pytest.approx(theirs)

"""The benchmark of reports runs, and its lake and its copy of the log are as large as asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from analytics.reports.named import named_queries
from lrs.simulation import Options
from tests.analytics.town import build_town
from tests.benchmarks.reports import JSON, measure, render, repeat_lake, repeat_log

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 2_500


def test_a_small_run_measures_every_report(tmp_path: Path) -> None:
    options = Options(
        learners=100, courses=30, statements=1_000, start=date(2026, 3, 1), end=date(2026, 3, 31)
    )
    town = build_town(tmp_path, options)
    repeat_log(town, SIZE, tmp_path / "copy.sqlite3")
    repeat_lake(town, SIZE)
    (row,) = town.ask("SELECT count(*) AS n, count(DISTINCT position) AS p FROM statements")
    assert row == {"n": SIZE, "p": SIZE}
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM statement").fetchone() == (SIZE,)
    found = measure(town, tmp_path / "copy.sqlite3", 1)
    assert set(found) == set(named_queries()) > set(JSON)
    assert all((beside is not None) == (name in JSON) for name, (_, beside) in found.items())
    assert all(f"| {name} |" in render(found) for name in found)

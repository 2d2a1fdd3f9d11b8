"""Measure the named reports over a large lake; `--help` for how.

A simulated season of some hundred people is appended, folded and exported. Then it is repeated,
each time with other people, until there are as many statements as asked for: ten million are a
month of 58,000 people. Records are repeated with it, so that reports from read models
have as much to read as reports from statements. Each report is asked some times, and the fastest
answer counts: warm.

Beside it, where there is one, stands the same question to the JSON of the serving database
(tests/benchmarks/json_questions.py), at a size of its own: a copy of the payloads in SQLite, 2 GB
for a million. `times` compares both at that size. Questions and videos are answered to the digit
alike (a test says so), hours in UTC. Connections and completions were folded before, once, by rules
that JSON does not know: there the JSON is asked for less, each time.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import click

from analytics.reports.asking import ask
from analytics.reports.named import named_queries
from analytics.reports.parameters import bind
from analytics.session import connect
from lrs.simulation import Options
from tests.analytics.town import Town, build_town
from tests.benchmarks.json_questions import QUESTIONS, ask_json
from tests.benchmarks.repeating import repeat_lake, repeat_log
from tests.benchmarks.stand import machine

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path(__file__).resolve().parents[2] / "var" / "bench"
VIDEO_TYPE = "https://w3id.org/xapi/video/activity-type/video"
SEASON = (date(2026, 1, 1), date(2026, 4, 12))
STATEMENTS_EACH = 170
"""Of a learner: so 58,000 of them have ten million."""


class Taken(NamedTuple):
    """Seconds of a report over all statements, and over as many as the JSON has; of the JSON."""

    large: float
    small: float
    beside: float | None


def fastest(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of some."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def video_of(town: Town) -> str:
    """The video of which there are the most statements."""
    most = (
        "SELECT object FROM statements WHERE object_type = $t "
        "GROUP BY object ORDER BY count(*) DESC, object LIMIT 1"
    )
    return str(town.ask(most, t=VIDEO_TYPE)[0]["object"])


def measure_lake(town: Town, times: int) -> dict[str, float]:
    """Seconds of each report."""
    course = str(town.report("completion-by-course")[0]["course"])
    given = {"video-retention": {"video": video_of(town)}, "course-funnel": {"course": course}}
    found = {}
    with connect(town.lake) as session:
        for name, query in named_queries().items():
            values = bind(query, given.get(name, {}))
            found[name] = fastest(lambda q=query, v=values: ask(session, q, v), times)  # type: ignore[misc]  # bound now
    return found


def measure_json(path: Path, video: str) -> dict[str, float]:
    """Seconds of each question to the JSON."""
    with closing(sqlite3.connect(path)) as copy:
        return {
            name: fastest(lambda n=name: ask_json(copy, n, video), 1)  # type: ignore[misc]  # bound now
            for name in QUESTIONS
        }


def measure(town: Town, size: int, json_size: int, times: int) -> dict[str, Taken]:
    """Repeat the town and its log, and ask both."""
    large = Town(town.folder / "large", town.run)
    copytree(town.lake, large.lake)
    path = town.folder / "copy.sqlite3"
    repeat_log(town, json_size, path)
    repeat_lake(town, json_size)
    repeat_lake(large, size)
    beside = measure_json(path, video_of(town))
    small, whole = measure_lake(town, times), measure_lake(large, times)
    return {name: Taken(whole[name], small[name], beside.get(name)) for name in whole}


def render(found: dict[str, Taken]) -> str:
    """The figures as a table."""
    rows = ""
    for name, (large, small, beside) in found.items():
        asked = ("-", "-") if beside is None else (f"{beside:.2f}", f"{beside / small:,.0f}")
        rows += f"| {name} | {large:.3f} | {small:.3f} | {asked[0]} | {asked[1]} |\n"
    head = "| report | lake, s | lake at the size of the JSON, s | JSON, s | times |\n"
    return f"{head}|---|---|---|---|---|\n{rows}"


@click.command(help=__doc__)
@click.option("--size", default=1_000_000, show_default=True, help="statements in the lake")
@click.option("--json-size", default=1_000_000, show_default=True, help="that are asked as JSON")
@click.option("--base", default=60_000, show_default=True, help="of them simulated and folded")
@click.option("--times", default=3, show_default=True, help="that each report is asked")
def main(size: int, json_size: int, base: int, times: int) -> None:
    """Run the benchmark."""
    learners = max(base // STATEMENTS_EACH, 1)
    options = Options(
        learners=learners, courses=100, statements=base, start=SEASON[0], end=SEASON[1]
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder:
        town = build_town(Path(folder), options)
        found = measure(town, size, json_size, times)
    (RESULTS / "reports.json").write_text(json.dumps(found, indent=1))
    click.echo(
        f"{machine()}, {size:,} statements, {json_size:,} of them asked as JSON, {base:,} "
        f"simulated and folded\n\n{render(found)}"
    )


if __name__ == "__main__":
    main()

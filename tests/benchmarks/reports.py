"""Measure the named reports over a large lake; `--help` for how.

A simulated season is appended, folded and exported. Then its statements are repeated, in the
lake and in a copy of the payloads of the log in SQLite, until there are as many as asked for: the
read models stay those of the season. Each report is asked some times, and the fastest answer
counts: warm.

Beside it, where there is one, stands a question to the JSON of the serving database that comes near
it: the same members looked at, without directories, pseudonyms, voids and the rules of connections.
The rest has no such question: it would be a fold.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import pyarrow as pa

from analytics.columns import SCHEMA
from analytics.lake import Lake
from analytics.manifest import STATEMENTS, Table
from analytics.reports.asking import ask
from analytics.reports.named import named_queries
from analytics.reports.parameters import bind
from analytics.session import connect
from analytics.store import open_store
from lrs.simulation import Options
from tests.analytics.town import Town, build_town
from tests.benchmarks.stand import machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.manifest import Segment

RESULTS = Path(__file__).resolve().parents[2] / "var" / "bench"
SEGMENT_ROWS = 1_000_000  # as an export writes them
VIDEO_TYPE = "https://w3id.org/xapi/video/activity-type/video"
_TEXT = "CAST(payload AS TEXT)"  # to SQLite a BLOB would be JSON of its own making
_SEGMENTS = '$.result.extensions."https://w3id.org/xapi/video/extensions/played-segments"'
JSON = {
    "weekly-connections": """
        WITH act AS (
            SELECT {text} ->> '$.actor.account.name' AS who,
                unixepoch({text} ->> '$.timestamp') AS at
            FROM statement
        ), marked AS (
            SELECT who, at, at - lag(at, 1, 0) OVER (PARTITION BY who ORDER BY at) > 1800 AS begins
            FROM act
        )
        SELECT strftime('%Y-%W', at, 'unixepoch') AS week, sum(begins), count(DISTINCT who)
        FROM marked GROUP BY week""",
    "completion-by-course": """
        SELECT course, count(DISTINCT who),
            count(DISTINCT CASE WHEN verb LIKE '%/completed' THEN who END)
        FROM (
            SELECT {text} ->> '$.object.id' AS course, {text} ->> '$.actor.account.name' AS who,
                {text} ->> '$.verb.id' AS verb
            FROM statement WHERE {text} ->> '$.object.definition.type' LIKE '%/course'
        ) GROUP BY course""",
    "item-analysis": """
        SELECT {text} ->> '$.object.id' AS question, avg({text} ->> '$.result.success')
        FROM statement WHERE {text} ->> '$.object.definition.type' LIKE '%/cmi.interaction'
        GROUP BY question""",
    "video-retention": """
        SELECT {text} ->> '$.actor.account.name', {text} ->> '{segments}'
        FROM statement WHERE {text} ->> '$.object.id' = :video""",
    "activity-by-hour": """
        SELECT strftime('%w %H', {text} ->> '$.timestamp') AS hour, count(*),
            count(DISTINCT {text} ->> '$.actor.account.name')
        FROM statement GROUP BY hour""",
}
"""Where the JSON can be asked something near the report."""


def repeat_lake(town: Town, rows: int) -> None:
    """Write the statements again and again, as new positions, until there are so many."""
    lake = Lake(open_store(str(town.lake)))
    base = town.table("FROM statements ORDER BY position").select(SCHEMA.names).cast(SCHEMA)
    known = lake.manifest.table(STATEMENTS)
    segments: list[Segment] = []
    done = 0
    while done < rows:
        first = done + 1
        path = f"{STATEMENTS}/month=2026-05/{first:012}-{lake.generation}.parquet"
        with lake.stage(path, SCHEMA) as writer:
            while done < min(first - 1 + SEGMENT_ROWS, rows):
                part = base.slice(0, min(base.num_rows, rows - done))
                writer.write(_moved(part, done))
                done += part.num_rows
            segments.append(writer.finish(first=first, last=done, month="2026-05"))
    lake.commit(statements=Table(known.version, str(done), tuple(segments)))


def _moved(part: pa.Table, by: int) -> pa.RecordBatch:
    positions = pa.array(range(by + 1, by + 1 + part.num_rows), pa.int64())
    (batch,) = part.set_column(0, SCHEMA.field(0), positions).combine_chunks().to_batches()
    return batch


def repeat_log(town: Town, rows: int, path: Path) -> None:
    """Copy the payloads of the log again and again, until there are so many."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("CREATE TABLE statement (position INTEGER PRIMARY KEY, payload BLOB)")
        copy.execute("ATTACH ? AS log", [str(town.folder / "lrs.sqlite3")])
        (done,) = copy.execute("SELECT 0").fetchone()
        while done < rows:
            done += copy.execute(
                "INSERT INTO statement (payload) SELECT payload FROM log.statement LIMIT ?",
                [rows - done],
            ).rowcount
        copy.commit()


def fastest(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of some."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def measure(town: Town, path: Path, times: int) -> dict[str, tuple[float, float | None]]:
    """Seconds of each report, and of the question to the JSON if there is one."""
    most = "SELECT object FROM statements WHERE object_type = $t GROUP BY 1 ORDER BY count(*) DESC"
    video = str(town.ask(most, t=VIDEO_TYPE)[0]["object"])
    course = str(town.report("completion-by-course")[0]["course"])
    found: dict[str, tuple[float, float | None]] = {}
    with connect(town.lake) as session, closing(sqlite3.connect(path)) as copy:
        for name, query in named_queries().items():
            needed = {"course": course} if name == "course-funnel" else {}
            values = bind(query, {"video": video} if "video" in query.parameters else needed)
            taken = fastest(lambda q=query, v=values: ask(session, q, v), times)  # type: ignore[misc]  # bound now
            beside = None
            if name in JSON:
                sql = JSON[name].format(text=_TEXT, segments=_SEGMENTS)
                beside = fastest(lambda s=sql: copy.execute(s, {"video": video}).fetchall(), 1)  # type: ignore[misc]  # bound now
            found[name] = taken, beside
    return found


def render(found: dict[str, tuple[float, float | None]]) -> str:
    """The figures as a table."""
    rows = ""
    for name, (taken, beside) in found.items():
        asked = ("-", "-") if beside is None else (f"{beside:.2f}", f"{beside / taken:,.0f}")
        rows += f"| {name} | {taken:.3f} | {asked[0]} | {asked[1]} |\n"
    return "| report | lake, s | JSON, s | times |\n|---|---|---|---|\n" + rows


@click.command(help=__doc__)
@click.option("--size", default=1_000_000, show_default=True, help="statements in the lake")
@click.option("--base", default=60_000, show_default=True, help="of them simulated and folded")
@click.option("--times", default=3, show_default=True, help="that each report is asked")
def main(size: int, base: int, times: int) -> None:
    """Run the benchmark."""
    options = Options(
        learners=5_000, courses=100, statements=base, start=date(2026, 1, 1), end=date(2026, 4, 12)
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder:
        town = build_town(Path(folder), options)
        path = Path(folder) / "copy.sqlite3"
        repeat_log(town, size, path)
        repeat_lake(town, size)
        found = measure(town, path, times)
    (RESULTS / "reports.json").write_text(json.dumps(found, indent=1))
    click.echo(f"{machine()}, {size:,} statements, {base:,} of them folded\n\n{render(found)}")


if __name__ == "__main__":
    main()

"""How fast records are answered: `python -m tests.records.measure [records URL]`.

A year of 58,000 learners with made-up rows: tallies of 53 weeks, 365 days and 12 months for some
2,000 crowds, enrolments and completions in three courses each. Prints milliseconds, over HTTP but
for the sockets.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lrs.records.moments import periods
from projections import tables
from tests.records.house import (
    House,
    completion,
    connected,
    connection,
    course_iri,
    enrolment,
    progressed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

    from statements.connection import Row

LEARNERS, COURSES, CROWDS_ACTIVE = 58_000, 300, 400
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
TIMES = 200
BATCH = 20_000


def fill(house: House, chance: random.Random) -> None:
    """Make the rows."""
    house.found()
    directorates = tuple(f"D{n}" for n in range(22))
    employers = tuple(f"E{n}" for n in range(9))
    cohorts = tuple(f"2026-{n:02}" for n in range(1, 12))
    house.put_learners(LEARNERS, directorate=directorates, employer=employers, cohort=cohorts)
    house.put_courses(COURSES)
    crowds = 22 * 9 * 11
    tallies = [
        (period, crowd, chance.randint(1, 5))
        for unit, active in (("day", 120), ("week", CROWDS_ACTIVE), ("month", crowds))
        for period in periods(unit, FIRST, LAST)
        for crowd in chance.sample(range(1, crowds + 1), active)
    ]
    put(house, tables.connection_tally, [connected(0, *each) for each in tallies])
    put(house, tables.progress_tally, [progressed(0, *each) for each in tallies])
    put(house, tables.measured_tally, [(0, *each) for each in tallies])
    standings = [
        (course, crowd, 9, 8, 5, 1)
        for course in range(1, COURSES + 1)
        for crowd in chance.sample(range(1, crowds + 1), 200)
    ]
    put(house, tables.standing, standings)
    pairs = [(n, c) for n in range(1, LEARNERS + 1) for c in chance.sample(range(1, COURSES), 3)]
    put(house, tables.enrolment, [enrolment(n, c, house.changed + 1) for n, c in pairs])
    put(house, tables.completion, [completion(n, c, house.changed + 1) for n, c in pairs])
    put(
        house,
        tables.connection,
        [
            connection(n, 0, house.changed + 1, at=i)
            for n in range(1, LEARNERS + 1)
            for i in range(5)
        ],
    )
    put(
        house,
        tables.learner_period,
        [(n, 0, f"2026-{m:02}", 3, 1) for n in range(1, LEARNERS + 1) for m in range(1, 13)],
    )


def put(house: House, table: Table, rows: list[Row]) -> None:
    """Replace rows in pieces."""
    for start in range(0, len(rows), BATCH):
        house.put({table: rows[start : start + BATCH]})


def measure(name: str, ask: Callable[[], object]) -> None:
    """Print the median and the slowest of a hundred, by the wall's clock and the processor's."""
    for clock in (time.perf_counter, time.process_time):
        taken = []
        for _ in range(TIMES):
            begun = clock()
            ask()
            taken.append((clock() - begun) * 1000)
        p99 = statistics.quantiles(taken, n=100)[98]
        figures = f"median {statistics.median(taken):6.1f} ms  p99 {p99:6.1f} ms"
        sys.stdout.write(f"{name:<32} {clock.__name__:<13} {figures}\n")


def main() -> None:
    """Fill and measure."""
    chance = random.Random(1)  # noqa: S311  # the same rows each time
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/records.sqlite3"
        house = House(Path(folder), url)
        fill(house, chance)
        year = {"since": "2026-01-01", "until": "2026-12-31"}
        measure("weeks of a year", lambda: house.get("indicators", by="week", **year))
        measure(
            "weeks of a year by directorate",
            lambda: house.get("indicators", by="week,directorate", **year),
        )
        measure("completion by directorate", lambda: house.get("indicators", by="directorate"))
        measure(
            "one learner's record",
            lambda: house.get("learners", learner=f"agent {chance.randint(1, LEARNERS)}"),
        )
        measure("a page of 1000 enrolments", lambda: house.get("enrolments", limit=1000))
        measure(
            "a page of one employer", lambda: house.get("enrolments", employer="E3", limit=1000)
        )
        measure("a page that finds nothing", lambda: house.get("completions", cohort="none"))
        measure(
            "a page of a course",
            lambda: house.get("enrolments", course=course_iri(chance.randint(1, COURSES))),
        )
        house.close()


if __name__ == "__main__":
    main()

"""What one more statement costs of a learner who has very many."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING

from lrs.issuing import Wish, issue
from lrs.settings import Settings
from projections.opening import open_records
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from statements.migrate import migrate
from statements.opening import open_database
from tests.benchmarks.store import append_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEW, MANY = 1_000, 100_000
MORE, ROUNDS = 100, 20
_TEMPLATE = (
    '{"actor":{"account":{"homePage":"https://lms.example","name":"%s"}},'
    '"verb":{"id":"http://adlnet.gov/expapi/verbs/%s"},'
    '"object":{"id":"https://lms.example/course/%d","definition":'
    '{"type":"http://adlnet.gov/expapi/activities/course"}},'
    '"result":{"score":{"raw":%d,"min":0,"max":100}},'
    '"timestamp":"2025-%02d-%02dT%02d:%02d:%02dZ"}'
)


def heavy_learner(folder: Path) -> tuple[float, float]:
    """Milliseconds for a fold of 100 statements of a learner with 1,000, and one with 100,000."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'lrs.sqlite3'}"
    with (
        closing(open_database(url)) as log,
        closing(open_records(f"sqlite:///{folder / 'records.sqlite3'}")) as records,
    ):
        migrate(log)
        credential, _ = issue(log, Wish("heavy", ["all"]), Settings())
        lease = Lease()
        engine = build_engine(log, records, lease)
        sources = {"few": _statements("few"), "many": _statements("many")}

        def fold(learner: str, count: int) -> float:
            append_all(url, credential.key, (next(sources[learner]) for _ in range(count)))
            records.write(lease.claim)
            began = time.perf_counter()
            while engine.step():
                records.write(lease.claim)
            return (time.perf_counter() - began) * 1000

        fold("few", FEW)
        fold("many", MANY)
        rounds = [(fold("few", MORE), fold("many", MORE)) for _ in range(ROUNDS)]
    return median(few for few, _ in rounds), median(many for _, many in rounds)


def _statements(learner: str) -> Iterator[bytes]:
    """One every 37 seconds of a year, in turn of every kind that changes a record."""
    at = 0
    verbs = ("experienced", "scored", "passed", "failed", "completed")
    for number in range(1 << 30):
        at = (at + 37) % (340 * 86_400)
        day, second = divmod(at, 86_400)
        yield (
            _TEMPLATE
            % (
                learner, verbs[number % len(verbs)], number % 7, number % 101,
                day // 28 % 12 + 1, day % 28 + 1, second // 3600, second // 60 % 60, second % 60,
            )
        ).encode()  # fmt: skip

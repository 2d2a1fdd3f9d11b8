"""Measure the export to the lake, beside a bare loop over the same log in the same run.

    python -m tests.benchmarks.lake --database-url sqlite:////path/to/lrs.sqlite3

The bare loop reads the log and parses each statement, and does nothing with it: what the export
does beside is the rest. A store to measure with comes from `lrs simulate` and `lrs import`.
"""

from __future__ import annotations

import gc
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from analytics.exporting import Exporter
from analytics.log_export import LogReader, Privacy
from analytics.manifest import STATEMENTS, read_manifest
from analytics.pseudonyms import Pseudonyms
from analytics.session import connect
from analytics.store import open_store
from lrs.commands.analytics import GARBAGE_OBJECTS
from lrs.lake_tables import Classify
from projections.classification import Classification
from projections.reference.catalogue import Catalogue
from projections.translation.vocabulary import shipped_vocabulary
from statements.migrate import open_current

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"the secret of a benchmark"
QUERIES = {
    "count by verb": "SELECT verb, count(*) FROM statements WHERE NOT voided GROUP BY ALL",
    "learners by month": "SELECT date_trunc('month', timestamp) AS month, count(DISTINCT actor) "
    "FROM statements WHERE NOT voided GROUP BY ALL",
    "into the JSON": "SELECT statement ->> '$.context.platform', count(*) FROM statements "
    "GROUP BY ALL",
}


class Timed:
    """Wall and processor time of a part of the run."""

    def __init__(self, name: str, work: Callable[[], int]) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        self.count = work()
        self.seconds = time.perf_counter() - wall
        self.processor_seconds = time.process_time() - processor
        click.echo(
            f"{name}: {self.count / self.seconds:,.0f} statements/s, "
            f"{self.processor_seconds / self.count * 1e6:.1f} us of processor time each"
        )


@click.command()
@click.option("--database-url", required=True)
@click.option("--lake", help="Keep the lake there; else it is temporary.")
def measure(database_url: str, lake: str | None) -> None:
    """Measure."""
    gc.set_threshold(GARBAGE_OBJECTS)
    with tempfile.TemporaryDirectory() as folder, open_current(database_url) as database:
        store = open_store(lake or f"{folder}/lake")
        shipped = Classification(shipped_vocabulary(), Catalogue())
        reader = LogReader(database, Privacy(Pseudonyms(SECRET)), Classify(shipped))
        sizes: list[int] = []

        def bare() -> int:
            for chunk in reader.entries(0, 2**62):
                for entry in chunk:
                    orjson.loads(entry.payload)
                sizes.append(sum(len(entry.payload) for entry in chunk))
            return len(sizes) and entry.position

        def export() -> int:
            return Exporter(reader, store, Path(folder) / "lock").run(watch).position

        memory: list[int] = []

        def watch(_: int, share: float | None) -> None:
            if len(memory) < (share or 0) * 4:
                memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)

        Timed("bare loop", bare)
        Timed("export", export)
        table = read_manifest(store).table(STATEMENTS)
        click.echo(f"memory at each quarter: {memory} MiB")
        click.echo(
            f"size: {table.size_bytes / table.rows:.0f} of {sum(sizes) / table.rows:.0f} bytes a "
            f"statement, {table.size_bytes / sum(sizes):.1%}, {len(table.segments)} segments"
        )
        _ask(store.root)


def _ask(root: str) -> None:
    with connect(root) as session:
        for name, query in QUERIES.items():
            times = []
            for _ in range(3):
                began = time.perf_counter()
                session.query(query).table()
                times.append(time.perf_counter() - began)
            click.echo(f"{name}: first {times[0]:.3f} s, then {min(times):.3f} s")


if __name__ == "__main__":
    measure()

"""Measure the export to the lake, beside a bare loop over the same log in the same run.

The bare loop reads the log and parses each statement, and does nothing with it: what the export
does beside is the rest. The log is a simulated year in SQLite, or that of a store that is named by
its URL. A large lake asks for tens of seconds: the start of the processes, a second or two, counts.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from analytics.exporting import Exporter
from analytics.log_export import LogReader, Privacy
from analytics.manifest import STATEMENTS, read_manifest
from analytics.processes import Others
from analytics.pseudonyms import Pseudonyms
from analytics.session import connect
from analytics.store import open_store
from lrs.lake_tables import Classify
from projections.classification import Classification
from projections.reference.catalogue import Catalogue
from projections.translation.vocabulary import shipped_vocabulary
from statements.garbage import collect_rarely
from statements.migrate import open_current
from tests.benchmarks.stand import family
from tests.benchmarks.year import build_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.database import Database

RESULTS = Path(__file__).resolve().parents[2] / "var" / "bench"
SECRET = b"the secret of a benchmark"
QUERIES = {
    "count by verb": "SELECT verb, count(*) FROM statements WHERE NOT voided GROUP BY ALL",
    "learners by month": "SELECT date_trunc('month', timestamp) AS month, count(DISTINCT actor) "
    "FROM statements WHERE NOT voided GROUP BY ALL",
    "into the JSON": "SELECT statement ->> '$.context.platform', count(*) FROM statements "
    "GROUP BY ALL",
}


def timed(name: str, work: Callable[[], int]) -> None:
    """Tell wall and processor time of a part of the run, its processes' included."""
    wall, processor = time.perf_counter(), _processor_seconds()
    count = work()
    seconds, processor = time.perf_counter() - wall, _processor_seconds() - processor
    click.echo(
        f"{name}: {count / seconds:,.0f} statements/s, "
        f"{processor / count * 1e6:.1f} us of processor time each"
    )


def _processor_seconds() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _memory_mebibytes() -> int:
    """Of this process and those that it has started, now."""
    files = [Path(f"/proc/{pid}/statm") for pid in family(os.getpid())]
    pages = sum(int(each.read_text().split()[1]) for each in files)
    return pages * resource.getpagesize() // 2**20


@contextmanager
def lend_reader(database_url: str) -> Iterator[LogReader]:
    """Lend a reader to one of the processes."""
    with open_current(database_url) as database:
        yield _reader(database)


def _reader(database: Database, others: Others | None = None) -> LogReader:
    shipped = Classification(shipped_vocabulary(), Catalogue())
    return LogReader(database, Privacy(Pseudonyms(SECRET)), Classify(shipped), others)


@click.command(help=__doc__)
@click.option("--database-url", help="Of a store that is there.")
@click.option("--size", default=300_000, show_default=True, help="statements, if none is named")
@click.option("--lake", help="Keep the lake there; else it is temporary.")
@click.option("--processes", default=2, show_default=True, help="that read the log")
def main(database_url: str | None, size: int, lake: str | None, processes: int) -> None:
    """Run the benchmark."""
    collect_rarely()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        measure(database_url or build_log(Path(folder), size), Path(folder), lake, processes)


def measure(database_url: str, folder: Path, lake: str | None, processes: int) -> None:
    """Tell the figures of one export."""
    with open_current(database_url) as database:
        store = open_store(lake or f"{folder}/lake")
        reader = _reader(database, Others(partial(lend_reader, database_url), processes))
        sizes: list[int] = []

        def bare() -> int:
            for chunk in reader.entries(0, 2**62):
                for entry in chunk:
                    orjson.loads(entry.payload)
                sizes.append(sum(len(entry.payload) for entry in chunk))
            return len(sizes) and entry.position

        def export() -> int:
            return Exporter(reader, store, folder / "lock").run(watch).position

        memory: list[int] = []

        def watch(_: int, share: float | None) -> None:
            if len(memory) < (share or 0) * 10:
                memory.append(_memory_mebibytes())

        timed("bare loop", bare)
        timed("export", export)
        table = read_manifest(store).table(STATEMENTS)
        click.echo(f"memory at each tenth: {memory} MiB")
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
    main()

"""Measure the fold of the log into learning records; `--help` for how.

A simulated year is appended without HTTP. Then: the rate of a fold of everything and the memory it
takes; how far the records are behind while statements arrive at a steady rate, and after a burst;
what the fold costs the server that takes them; what one more statement of a learner costs who has
100,000 already.
"""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import click
import httpx

from projections.opening import open_records
from projections.runner.ledger import read_ledger
from statements.append import head
from statements.opening import open_database
from statements.reader import read_log
from tests.benchmarks import http_load
from tests.benchmarks.heavy import heavy_learner
from tests.benchmarks.stand import machine, peak_bytes
from tests.benchmarks.store import append_all
from tests.benchmarks.year import simulated_year
from tests.plugins.server import COMMAND, Credential, LrsServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.database import Database

RESULTS = Path(__file__).resolve().parents[2] / "var" / "bench"
BATCH = 100
STEADY_PER_SECOND = 2_000
STEADY_SECONDS = 20.0
ROUNDS, ROUND_SECONDS, CONNECTIONS = 4, 4.0, 4


class Folded(NamedTuple):
    """A fold of everything."""

    per_second: float
    memory_bytes: int


class Lag(NamedTuple):
    """How far the records were behind, in seconds, and how long they took after a burst."""

    rate: float  # at which statements arrived
    median: float
    worst: float
    burst_statements: int
    catch_up: float


class Bench:
    """One run on a new SQLite store in a folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self._size = size
        self._server = LrsServer(folder, settings={"LRS_ACCESS_LOG": "no"})
        self._server.run("migrate")
        self._lent = self._server.create_credential("benchmark")
        self._url = f"sqlite:///{folder / 'data' / 'lrs.sqlite3'}"
        self._records_url = f"sqlite:///{folder / 'data' / 'records.sqlite3'}"
        self._statements = simulated_year(size + 400_000)

    def fill(self) -> None:
        """Append the first statements."""
        append_all(self._url, self._lent.key, islice(self._statements, self._size))

    def fold(self) -> Folded:
        """Fold everything in a process of its own."""
        began = time.perf_counter()
        with self._working() as process:
            waited = self._wait_until_folded(began)
            memory = peak_bytes(process.pid)
        return Folded(self._position() / waited, memory)

    def lag(self) -> Lag:
        """Post at a steady rate beside the fold, then as fast as it goes."""
        with self._serving("yes"), self._records() as behind:
            arrived, samples = self._post_steadily(behind)
            burst = self._post(ROUND_SECONDS * 2)
            began = time.perf_counter()
            self._wait_until_folded(began)
            caught_up = time.perf_counter() - began
        return Lag(arrived, median(samples), max(samples), burst, caught_up)

    def cost(self) -> tuple[float, float]:
        """Statements per second that the server takes without and with a fold beside it."""
        rates: dict[str, list[float]] = {"no": [], "yes": []}
        for _ in range(ROUNDS):
            for works, found in rates.items():
                with self._serving(works):
                    time.sleep(3)  # the fold is there, and has nothing to do
                    found.append(self._post(ROUND_SECONDS) / ROUND_SECONDS)
        return median(rates["no"]), median(rates["yes"])

    # ----------------------------------------------------------------------------------------------

    @contextmanager
    def _working(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([COMMAND, "work"], env=self._server.environment)  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)

    @contextmanager
    def _serving(self, works: str) -> Iterator[None]:
        self._server.environment["LRS_WORK"] = works
        self._server.launch(COMMAND, "serve")
        try:
            if works == "yes":
                self._wait_until_folded(time.perf_counter())
            yield
        finally:
            self._server.stop()

    @contextmanager
    def _records(self) -> Iterator[Callable[[], float]]:
        """Lend a look at how many seconds the records are behind."""
        with (
            closing(open_database(self._url)) as log,
            closing(open_records(self._records_url)) as records,
        ):
            yield lambda: _behind(log, records)

    def _wait_until_folded(self, began: float) -> float:
        """Seconds until everything is folded and served."""
        with (
            closing(open_database(self._url)) as log,
            closing(open_records(self._records_url)) as records,
        ):
            while not _is_folded(log, records):
                time.sleep(0.1)
        return time.perf_counter() - began

    def _position(self) -> int:
        with closing(open_database(self._url)) as log:
            return log.read(head).position

    def _post_steadily(self, behind: Callable[[], float]) -> tuple[float, list[float]]:
        """The rate that came about, and how far behind the records were now and then."""
        samples = []
        began = time.perf_counter()
        due = sent = 0
        with httpx.Client(auth=(self._lent.key, self._lent.secret), timeout=30) as client:
            while (elapsed := time.perf_counter() - began) < STEADY_SECONDS:
                due = int(elapsed * STEADY_PER_SECOND)
                if sent + BATCH > due:
                    time.sleep(0.005)
                    continue
                client.post(
                    f"{self._server.endpoint}/statements",
                    content=b"[" + b",".join(islice(self._statements, BATCH)) + b"]",
                    headers=_HEADERS,
                ).raise_for_status()
                sent += BATCH
                samples.append(behind())
        return sent / STEADY_SECONDS, samples

    def _post(self, seconds: float) -> int:
        """How many statements the server takes in so many seconds."""
        target = http_load.Target(self._server.port, _basic(self._lent))
        most = int(seconds * 90)
        bodies = [
            target.post(b"[" + b",".join(islice(self._statements, BATCH)) + b"]")
            for _ in range(most)
        ]
        measured = http_load.run(target, iter(bodies), CONNECTIONS, seconds)
        if set(measured.statuses) != {200}:
            raise click.ClickException(f"the server answered {dict(measured.statuses)}")
        return round(measured.per_second * seconds) * BATCH


_HEADERS = {"X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"}


def _basic(lent: Credential) -> str:
    return httpx.BasicAuth(lent.key, lent.secret)._auth_header  # noqa: SLF001


def _is_folded(log: Database, records: Database) -> bool:
    ledger = records.read(read_ledger)
    position = log.read(head).position
    return bool(ledger) and all(
        not each.is_next and each.position == position for each in ledger.values()
    )


def _behind(log: Database, records: Database) -> float:
    """Age of the oldest statement that is not folded."""
    ledger = records.read(read_ledger)
    folded = min((each.position for each in ledger.values() if not each.is_next), default=0)
    waiting = log.read(lambda connection: read_log(connection, folded, 1))
    return time.time() - waiting[0].stored / 1e6 if waiting else 0.0


@click.command(help=__doc__)
@click.option("--size", default=300_000, show_default=True, help="statements in the log")
def main(size: int) -> None:
    """Run the benchmark."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder:
        bench = Bench(Path(folder), size)
        bench.fill()
        folded, lag, (without, beside) = bench.fold(), bench.lag(), bench.cost()
        few, many = heavy_learner(Path(folder) / "heavy")
    rows = {
        "fold of everything, statements/s": f"{folded.per_second:,.0f}",
        "memory of the fold at its worst, MB": f"{folded.memory_bytes / 1e6:,.0f}",
        f"behind at {lag.rate:,.0f} statements/s, seconds: median / worst": (
            f"{lag.median:.2f} / {lag.worst:.2f}"
        ),
        f"after a burst of {lag.burst_statements:,}: seconds to catch up": f"{lag.catch_up:.1f}",
        "server without / beside the fold, statements/s": f"{without:,.0f} / {beside:,.0f}",
        "share that is left": f"{beside / without:.2f}",
        "100 more statements of a learner with 1,000 / 100,000, ms": f"{few:.1f} / {many:.1f}",
    }
    (RESULTS / "fold.json").write_text(json.dumps(rows, indent=1))
    click.echo(f"{machine()}, SQLite, {size:,} statements\n\n| | |\n|---|---|")
    for name, figure in rows.items():
        click.echo(f"| {name} | {figure} |")


if __name__ == "__main__":
    main()

"""Measure the store over HTTP, beside a bare loop of inserts in the same run; `--help` for how.

For each database: writes into a new store, queries at 100,000 statements, then at --size, writes
again, memory and disk. A table goes to standard output, all figures as JSON to `var/bench`. A
database that is named by its URL is kept, and the next run goes on with it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from tests.benchmarks import http_load, world
from tests.benchmarks.questions import QUESTIONS, queries
from tests.benchmarks.report import Figures, Timed, render
from tests.benchmarks.stand import Stand, machine, stand
from tests.benchmarks.store import BATCH, bare_inserts, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).resolve().parents[2] / "var" / "bench"
SMALL = 100_000
ROUNDS = 5
ROUND_SECONDS = 4.0
BARE_STATEMENTS = 20_000
BATCH_CONNECTIONS = 4
SINGLE_CONNECTIONS = 16
READ_CONNECTIONS = 4
WARM_UP_SHARE = 0.25  # of the time of a load, before it and not counted


class Bench:
    """One run against one database. Statements are numbered through, whoever writes them.

    So a statement's number is its position, but for those that writers bring at the same time.
    """

    def __init__(self, started: Stand, name: str, seconds: float) -> None:
        self._stand = started
        self._seconds = seconds
        self._next = started.known().size
        self.figures = Figures(database=name, workers=started.server.workers)

    def run(self, size: int) -> Figures:
        """Measure everything, growing the store to `size` statements."""
        present = self._next
        if present < SMALL:
            self._post(BATCH, BATCH_CONNECTIONS, ROUND_SECONDS * WARM_UP_SHARE)
            self._singles()
            self._batches(self.figures.batches_new)
        for number in sorted({min(SMALL, size), size}):
            if number >= present:
                self._grow(number)
                self._ask(number)
        self._batches(self.figures.batches_full)
        self.figures.memory_bytes = self._stand.memory_bytes()
        self.figures.disk_bytes = self._stand.disk_bytes()
        self.figures.statements = self._stand.known().size
        return self.figures

    def _batches(self, rounds: list[tuple[float, float]]) -> None:
        """The server and the bare loop in turn, so that both meet the same machine."""
        for _ in range(ROUNDS):
            served = self._post(BATCH, BATCH_CONNECTIONS, ROUND_SECONDS)
            bare = bare_inserts(
                self._stand.database_url, self._stand.credential, self._take(BARE_STATEMENTS)
            )
            rounds.append((served.per_second * BATCH, bare))
            _say(f"batches of {BATCH}: {rounds[-1][0]:,.0f}/s, bare loop {bare:,.0f}/s")

    def _singles(self) -> None:
        measured = self._post(1, SINGLE_CONNECTIONS, ROUND_SECONDS * 2)
        self.figures.singles = Timed.of(measured)
        _say(f"singles: {self.figures.singles}")

    def _post(self, size: int, connections: int, seconds: float) -> http_load.Measured:
        """Post for some seconds what was made ready before."""
        most = int(seconds * (150 if size > 1 else 6_000))  # more than any machine here takes
        numbers = self._take(most * size)
        bodies = [
            world.batch(n, size) if size > 1 else world.statement(n)
            for n in range(numbers.start, numbers.stop, size)
        ]
        target = self._stand.target
        measured = http_load.run(target, map(target.post, bodies), connections, seconds)
        _demand(measured, 200)
        self._next = numbers.start + len(measured.latencies) * size
        return measured

    def _grow(self, size: int) -> None:
        """Fill the store; what the server has to do then beside requests, it does before them."""
        present = self._stand.known().size
        if present < size:
            numbers = self._take(size - present)
            rate = fill(self._stand.database_url, self._stand.credential, numbers, _progress)
            self.figures.fill_per_second = rate
            _say(f"filled to {size:,} statements, {rate:,.0f}/s without HTTP")
        self._stand.settle()

    def _ask(self, size: int) -> None:
        known = self._stand.known()
        target = self._stand.target
        for question in QUESTIONS:
            requests = [target.get(query) for query in queries(question, known)]
            http_load.run(
                target, _endless(requests), READ_CONNECTIONS, self._seconds * WARM_UP_SHARE
            )
            measured = http_load.run(target, _endless(requests), READ_CONNECTIONS, self._seconds)
            _demand(measured, 200)
            timed = Timed.of(measured)
            self.figures.queries.setdefault(question.name, {})[size] = timed
            _say(f"{question.name}: {timed}")

    def _take(self, count: int) -> range:
        first, self._next = self._next, self._next + count
        return range(first, self._next)


def _endless(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def _demand(measured: http_load.Measured, status: int) -> None:
    if set(measured.statuses) != {status}:
        raise click.ClickException(f"the server answered {dict(measured.statuses)}")


def _progress(number: int) -> None:
    if number % 100_000 < BATCH and sys.stderr.isatty():
        click.echo(f"\r{number:,} ", err=True, nl=False)


def _say(text: str) -> None:
    click.echo(text, err=True)


@click.command(help=__doc__)
@click.option("--database", default="both", help="sqlite, postgresql, both, or a URL")
@click.option("--size", default=1_000_000, show_default=True, help="statements in the store")
@click.option("--workers", default=2, show_default=True, help="processes of the server")
@click.option("--seconds", default=1.75, show_default=True, help="of load for each query")
@click.option("--directory", type=click.Path(path_type=Path), default=RESULTS, help="of the store")
def main(database: str, size: int, workers: int, seconds: float, directory: Path) -> None:
    """Run the benchmark."""
    names = ["sqlite", "postgresql"] if database == "both" else [database]
    results = []
    for name in names:
        _say(f"{name}, {size:,} statements")
        with stand(name, workers, directory) as started:
            results.append(Bench(started, name.partition(":")[0], seconds).run(size))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "figures.json").write_bytes(orjson.dumps(results, option=orjson.OPT_NON_STR_KEYS))
    click.echo(render(machine(), results))


if __name__ == "__main__":
    main()

"""Hostile requests for as long as asked, from a fresh seed; exit 1 if any did harm.

    python -m tests.hostile.fuzz --seconds 3600

The same shots as in the tests, against a server on SQLite and one on PostgreSQL, with a neighbour
at each. A fault names the number of its shot, which `--seed` makes again.
"""

from __future__ import annotations

import secrets
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.hostile.attack import CLIENTS, KEEP_ALIVE_SECONDS, SETTINGS, Attack
from tests.hostile.neighbour import Neighbour, bugs_in_log
from tests.plugins.postgresql import PostgreSQLServer
from tests.plugins.server import LrsServer, serve

WORKERS = 2


@click.command(context_settings={"auto_envvar_prefix": "FUZZ", "show_default": True})
@click.option("--seconds", type=click.FloatRange(1), default=60, help="How long.")
@click.option("--seed", type=int, help="Of an earlier run; a fresh one by default.")
@click.option("--clients", type=click.IntRange(1), default=CLIENTS, help="At each server at once.")
def fuzz(seconds: float, seed: int | None, clients: int) -> None:
    """Send hostile requests to two servers and print what came back."""
    seed = secrets.randbits(32) if seed is None else seed
    click.echo(f"seed {seed}, {seconds:g} s")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        postgresql = stack.enter_context(PostgreSQLServer())
        urls = {"sqlite": None, "postgresql": postgresql.create_database("fuzz")}
        harm = 0
        runs = []
        for number, (name, url) in enumerate(urls.items()):
            server = stack.enter_context(
                serve(folder / name, url, workers=WORKERS, settings=SETTINGS)
            )
            server.fold()
            runs.append(Run(name, server, seed + number, clients))
        threads = [threading.Thread(target=run.fire, args=[seconds]) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for run in runs:
            harm += run.report()
    sys.exit(bool(harm))


class Run:
    """An attack on one server, and a neighbour of it."""

    def __init__(self, name: str, lrs: LrsServer, seed: int, clients: int) -> None:
        self._name = name
        self._lrs = lrs
        self._attack = Attack(lrs, seed, clients)
        self._neighbour = Neighbour(lrs, keep_alive_seconds=KEEP_ALIVE_SECONDS)

    def fire(self, seconds: float) -> None:
        """Attack for some time."""
        with self._neighbour:
            self._attack.run(seconds)

    def report(self) -> int:
        """Print the figures and what went wrong; the number of faults."""
        faults = [*self._attack.faults, *bugs_in_log(self._lrs)]
        try:
            self._neighbour.check()
        except Exception as error:  # noqa: BLE001  # told with all other faults
            faults.append(f"the neighbour or the store came to harm: {error!r}")
        figures = self._attack.figures
        click.echo(f"\n{self._name}: {self._attack.shots} shots, ", nl=False)
        click.echo(f"{len(self._neighbour.acknowledged)} batches of a neighbour, ", nl=False)
        click.echo(f"slowest {self._attack.slowest_seconds:.1f} s, {len(faults)} faults")
        for kind, statuses in by_kind(figures).items():
            shown = ", ".join(f"{status} {count}" for status, count in sorted(statuses.items()))
            click.echo(f"  {kind:<12}{shown}")
        for fault in faults:
            click.echo(fault)
        return len(faults)


def by_kind(figures: Counter[tuple[str, str]]) -> dict[str, Counter[str]]:
    """How often each kind of shot got each status, all of them at the end."""
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind, _ in sorted(figures)}
    for (kind, status), number in figures.items():
        kinds[kind][status] += number
    return kinds | {"all": sum(kinds.values(), Counter())}


if __name__ == "__main__":
    fuzz()

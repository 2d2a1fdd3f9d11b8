"""Statements of a simulated year to measure with."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from lrs.simulation import Options, simulate
from tests.benchmarks.store import append_all
from tests.plugins.server import LrsServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ID_END = len('{"id":"') + 36


def simulated_year(most: int) -> Iterator[bytes]:
    """So many statements, less those that a source sends twice: no batch may hold an id twice."""
    seen: set[bytes] = set()
    options = Options(statements=most, start=date(2025, 1, 1), end=date(2025, 12, 31))
    for statement in simulate(options):
        identifier = statement[:_ID_END]
        if identifier not in seen:
            seen.add(identifier)
            yield statement


def build_log(folder: Path, size: int) -> str:
    """URL of a new SQLite store in a folder, with about so many statements."""
    server = LrsServer(folder)
    server.run("migrate")
    url = f"sqlite:///{folder / 'data' / 'lrs.sqlite3'}"
    append_all(url, server.create_credential("benchmark").key, islice(simulated_year(size), size))
    return url

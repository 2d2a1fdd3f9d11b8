"""Simulated runs for the tests, each made once."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from lrs.simulation import DirectoryRow, Options, Simulation

Json = dict[str, Any]

BUSY = Options(
    learners=150, courses=36, weekly_learners=60, start=date(2026, 3, 9), end=date(2026, 4, 12)
)
"""Five weeks of a small town that learns a lot, with the night in which summer time begins."""


@dataclass(frozen=True, eq=False)
class Run:
    """All that one simulation gives: statements as they arrive, and what was behind them."""

    options: Options
    raw: tuple[bytes, ...]
    truth: dict[str, list[Json]]
    catalogue: Json
    directory: tuple[DirectoryRow, ...]

    @cached_property
    def statements(self) -> list[Json]:
        """The statements, parsed, in order of arrival: not to be changed."""
        return [json.loads(raw) for raw in self.raw]


@lru_cache(maxsize=4)
def run(options: Options) -> Run:
    """The run with these options."""
    simulation = Simulation(options)
    raw = tuple(simulation.statements())
    truth: dict[str, list[Json]] = defaultdict(list)
    for line in simulation.truth():
        row = json.loads(line)
        truth[row.pop("kind")].append(row)
    catalogue = json.loads(json.dumps(simulation.catalogue()))
    return Run(options, raw, truth, catalogue, tuple(simulation.directory()))

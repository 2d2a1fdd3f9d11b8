"""The same options give the same bytes, wherever and whenever."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from lrs.simulation import simulate
from tests.simulation.runs import BUSY, run

FEW = replace(BUSY, statements=2_000)
DIGEST = """
import hashlib
from datetime import date
from lrs.simulation import Options, Simulation
options = Options(
    learners=150, courses=36, weekly_learners=60,
    start=date(2026, 3, 9), end=date(2026, 4, 12), statements=2_000,
)
simulation = Simulation(options)
digest = hashlib.sha256()
for statement in simulation.statements():
    digest.update(statement)
for row in simulation.truth():
    digest.update(row.encode())
print(digest.hexdigest())
"""


def test_another_process_with_other_hashes_gives_the_same_bytes() -> None:
    digests = {
        subprocess.run(  # noqa: S603 - this very interpreter, on the text above
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("0", "1", "4242")
    }
    assert len(digests) == 1


def test_the_seed_changes_everything() -> None:
    ours = {statement["id"] for statement in run(FEW).statements}
    others = {statement["id"] for statement in run(replace(FEW, seed=2)).statements}
    assert not ours & others


@pytest.mark.parametrize("number", [0, 1, 2, 777, 2_000])
def test_exactly_as_many_statements_come_as_were_asked_for(number: int) -> None:
    assert sum(1 for _ in simulate(replace(FEW, statements=number))) == number


def test_a_period_that_would_hold_too_few_is_busier() -> None:
    quiet = replace(BUSY, learners=2_000, weekly_learners=1, statements=5_000)
    assert sum(1 for _ in simulate(quiet)) == 5_000

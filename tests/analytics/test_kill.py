"""An export or erasure killed between any two steps, or in one, leaves a lake that is right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from analytics.manifest import read_manifest
from tests.analytics.lakes import lend_world, positions_by_glob, texts_of
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from pathlib import Path

    from tests.analytics.lakes import World

ROUNDS = 12
MOST_STEPS = 40  # an export of a round takes about as many
ERASURES = 8  # one for each of its steps, or so

EXPORT = """
import os, signal, sys
from pathlib import Path
from analytics import log_export, store
from tests.analytics.lakes import lend_world

log_export.SEGMENT_ROWS, log_export.CHUNK_STATEMENTS = 20, 6
left, halfway = int(sys.argv[2]), sys.argv[3] == "halfway"

def killing(method):
    def step(self, *arguments):
        global left
        left -= 1
        if left == 0 and not halfway:
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(self, *arguments)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return step

for name in ("create", "replace", "place", "withdraw", "delete"):
    setattr(store.Folder, name, killing(getattr(store.Folder, name)))
with lend_world(Path(sys.argv[1])) as world:
    world.grace_seconds = 0
    world.erase(*map(int, sys.argv[4:])) if sys.argv[4:] else world.export()
print("whole")
"""


def export(folder: Path, steps: int, *erased: int, halfway: bool) -> bool:
    """Run an export, or an erasure, that dies at a step of it; whether it came to its end."""
    step = [str(steps), "halfway" if halfway else "before"]
    result = subprocess.run(  # noqa: S603  a fixed command
        [sys.executable, "-c", EXPORT, folder, *step, *map(str, erased)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.curdir},
    )
    assert result.returncode in {0, -signal.SIGKILL}, result.stderr
    return "whole" in result.stdout


def check_readers(world: World) -> None:
    """Whoever reads by the manifest sees a beginning of the log; by path, no row twice."""
    if read_manifest(world.store).tables:
        seen = [row["position"] for row in world.rows()]
        assert seen == list(range(1, len(seen) + 1))
    assert max(Counter(positions_by_glob(world.folder / "lake")).values(), default=1) == 1


def test_a_killed_export_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    chance = Random(1)  # noqa: S311  # to be had again
    whole = 0
    with lend_world(tmp_path) as world:
        for number in range(ROUNDS):
            world.set_clock(datetime(2026, 1 + number // 5, 1 + number, tzinfo=UTC))
            statements = [new_statement() for _ in range(15)]
            world.log.append(*statements, new_void(statements[0]["id"]))
            steps = chance.randrange(1, MOST_STEPS)
            whole += export(tmp_path, steps, halfway=chance.random() < 0.5)
            check_readers(world)
        assert export(tmp_path, 0, halfway=False)
        assert whole < ROUNDS
        assert [row["id"] for row in world.rows()] == world.log.ids()
        assert sum(row["voided"] for row in world.rows()) == ROUNDS
        last = len(world.log.log())
        assert positions_by_glob(tmp_path / "lake") == list(range(1, last + 1))
        files = {path.path for path in world.store.list("")}
        paths = read_manifest(world.store).paths
        assert files == paths | {f"_segments/{path}" for path in paths} | {"manifest.json"}


def test_a_killed_erasure_is_completed_by_the_next_export_or_erasure(tmp_path: Path) -> None:
    chance = Random(2)  # noqa: S311  # to be had again
    erased: list[int] = []
    whole = 0
    with lend_world(tmp_path) as world:
        for number in range(ERASURES):
            world.log.append(*(new_statement() for _ in range(6)))
            world.export()
            erased.append(6 * number + 2)
            whole += export(tmp_path, 1 + number, erased[-1], halfway=chance.random() < 0.5)
            if chance.random() < 0.5:
                world.export()
            else:
                world.erase(erased[-1])
            texts, ids = texts_of(world.store), world.log.ids()
            assert [n for n, id_ in enumerate(ids, 1) if id_ not in texts] == erased
            kept = [n for n in range(1, len(ids) + 1) if n not in erased]
            assert positions_by_glob(tmp_path / "lake") == kept
            assert [row["position"] for row in world.rows()] == kept
    assert whole <= ERASURES // 2

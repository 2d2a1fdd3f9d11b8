"""An export that is killed between any two steps, or in one, leaves a lake that is right."""

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
from tests.analytics.lakes import lend_world, positions_by_glob
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from pathlib import Path

    from tests.analytics.lakes import World

ROUNDS = 12
MOST_STEPS = 40  # an export of a round takes about as many

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
    world.export()
print("whole")
"""


def export(folder: Path, steps: int, *, halfway: bool) -> bool:
    """Run an export in a process that dies at a step of it; whether it came to its end."""
    result = subprocess.run(  # noqa: S603  a fixed command
        [sys.executable, "-c", EXPORT, folder, str(steps), "halfway" if halfway else "before"],
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

"""Servers under test, started by any command and killed at the end."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.http.live import wait_until
from tests.http.test_serving import is_running
from tests.plugins.server import COMMAND, LrsServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from tests.faults.store import Store


class Servers:
    """Makes servers below a folder.

    Args:
        folder: has the servers' logs and data.
        ends: kills what still runs.

    """

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self._folder = folder
        self._ends = ends
        self._count = 0

    def plan(
        self, store: Store, workers: int = 1, settings: Mapping[str, str] | None = None
    ) -> LrsServer:
        """Make a server that is not started yet; `settings` are LRS_* variables."""
        self._count += 1
        folder = self._folder / f"server-{self._count}"
        folder.mkdir()
        # A killed server leaves its figures where they are.
        own = {"LRS_METRICS_DIR": str(folder), "LRS_ACCESS_LOG": "no"}
        server = LrsServer(folder, store.url, workers=workers, settings=own | dict(settings or {}))
        self._ends.callback(server.kill)
        return server

    def start(self, store: Store, workers: int = 1) -> LrsServer:
        """Start `lrs serve` on a store that was prepared."""
        server = self.plan(store, workers)
        serve(server)
        return server


def serve(server: LrsServer) -> None:
    """Start `lrs serve`, again if it was killed."""
    server.launch(COMMAND, "serve", "--workers", server.workers)


def launch_at_once(servers: Sequence[LrsServer], *command: object) -> None:
    """Start all servers by a command at the same moment, and wait until they are ready."""
    with ThreadPoolExecutor(len(servers)) as threads:
        list(threads.map(lambda server: server.launch(*command), servers))


def list_workers(server: LrsServer) -> list[int]:
    """Return the processes that serve since the last start."""
    lines = [json.loads(line) for line in server.read_log().splitlines() if line.startswith("{")]
    starts = [i for i, line in enumerate(lines) if line["message"] == "listening"]
    ready = [line["process"] for line in lines[starts[-1] :] if line["message"] == "ready"]
    return [process for process in ready if is_running(process)]


def wait_for_workers(server: LrsServer) -> None:
    """Wait until all workers serve."""
    wait_until(lambda: len(list_workers(server)) == server.workers, "all workers are ready")

"""Servers and queries over the lake are killed: what they spilt to disk does not stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec

from lrs.queries.question import Question
from tests.analytics.lakes import lend_world
from tests.faults.servers import serve
from tests.http.live import wait_until
from tests.http.test_metrics import figures
from tests.http.test_serving import is_running

if TYPE_CHECKING:
    from tests.faults.servers import Servers
    from tests.faults.store import Store
    from tests.plugins.server import LrsServer

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 1"


class Asking:
    """Queries of a server that has a folder of its own for temporary files."""

    def __init__(self, servers: Servers, store: Store, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.server: LrsServer = servers.plan(
            store, workers=2, settings={"TMPDIR": str(folder), "LRS_ANALYTICS_QUERY_SECONDS": "60"}
        )

    def ask(self) -> None:
        """Ask what never ends, and wait until it is being answered."""
        before = len(self.spilt())
        threading.Thread(target=self._post, daemon=True).start()
        wait_until(lambda: len(self.spilt()) > before, "the query runs")

    def _post(self) -> None:
        with suppress(httpx.TransportError):
            self._http().post(f"{self.server.url}/analytics/query", json={"sql": ENDLESS})

    def _http(self) -> httpx.Client:
        credential = self.server.lend_credential("analytics/read", "metrics/read")
        auth = (credential.key, credential.secret)
        return httpx.Client(auth=auth, timeout=60, trust_env=False)

    def running(self) -> float:
        """How many queries run, as one worker tells of all."""
        with self._http() as http:
            text = http.get(f"{self.server.url}/metrics").raise_for_status().text
        return figures(text)["lrs_queries_running"]

    def spilt(self) -> list[Path]:
        """Folders of queries."""
        return list(self.folder.glob("lrs-analytics-*"))

    def processes(self) -> list[int]:
        """Processes of queries that write to the folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                is_query = b"lrs.queries.process" in (path / "cmdline").read_bytes()
                if is_query and str(self.folder).encode() in (path / "environ").read_bytes():
                    found.append(int(path.name))
        return found


def test_a_query_that_nobody_waits_for_from_the_start_leaves_nothing(tmp_path: Path) -> None:
    """It can't be cancelled: it does not run yet."""
    with lend_world(tmp_path) as world:
        world.export()
    spilt = tmp_path / "temporary"
    spilt.mkdir()
    question = Question(
        place=str(tmp_path / "lake"),
        sql=ENDLESS,
        format="json",
        memory_bytes=100_000_000,
        disk_bytes=100_000_000,
        threads=1,
        seconds=60,
        rows=1,
    )
    subprocess.run(
        [sys.executable, "-P", "-m", "lrs.queries.process"],
        input=msgspec.json.encode(question) + b"\n",
        env=os.environ | {"TMPDIR": str(spilt)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert list(spilt.iterdir()) == []


def test_what_killed_queries_spilt_goes_when_a_server_starts_and_no_sooner(
    servers: Servers, on_sqlite: Store, tmp_path: Path
) -> None:
    on_sqlite.prepare()
    first = Asking(servers, on_sqlite, tmp_path / "temporary")
    first.server.run("analytics", "export")
    serve(first.server)
    first.ask()
    first.ask()
    wait_until(lambda: first.running() == 2, "any worker tells of both queries")

    orphans = first.processes()
    first.server.kill()
    wait_until(lambda: not any(map(is_running, orphans)), "a query ends with its server")
    assert first.spilt() == []

    serve(first.server)
    first.ask()
    for process in first.processes():
        os.kill(process, signal.SIGSTOP)  # so that it can't clear up
    (left,) = first.spilt()
    second = servers.plan(on_sqlite, settings={"TMPDIR": str(first.folder)})
    serve(second)
    assert first.spilt() == [left]  # they live
    second.kill()
    first.server.kill()
    for process in first.processes():
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not first.processes(), "the query is gone")
    assert first.spilt() == [left]
    serve(second)
    assert first.spilt() == []

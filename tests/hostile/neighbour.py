"""A well-behaved client beside whatever else happens, and what it is owed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

import httpx

from tests.conformance.client import Client
from tests.conformance.samples import make_statement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugins.server import LrsServer

BATCH_STATEMENTS = 3
PAUSE_SECONDS = 0.02  # it is not the load
PAUSE_REFUSED_SECONDS = 0.1  # less than Retry-After asks for: a test does not wait that long
BOUND_SECONDS = 10  # an answer that takes longer hangs


class _Sender:
    """Posts over a connection that is kept; again if it was idle for so long that it may be closed.

    Only then: a connection that ends under a request is a fault.
    """

    def __init__(self, client: Client, keep_alive_seconds: float) -> None:
        self._client = client
        self._keep_alive_seconds = keep_alive_seconds
        self._idle_since = monotonic()

    def send(self, batch: list[dict[str, Any]]) -> httpx.Response:
        try:
            response = self._post(batch)
        except httpx.RemoteProtocolError:
            if monotonic() - self._idle_since < self._keep_alive_seconds:
                raise
            response = self._post(batch)
        self._idle_since = monotonic()
        return response

    def _post(self, batch: list[dict[str, Any]]) -> httpx.Response:
        return self._client.send("POST", "statements", batch)


class Neighbour:
    """Posts batches and sends again what was refused for now; a context manager.

    Args:
        lrs: where to.
        clients: how many do so at the same time.
        most_seconds: that an answer may take.
        keep_alive_seconds: after which the server may close a connection that is idle. A client
            that had no processor for so long finds it closed, and asks again (RFC 9112, 9.3.1).

    """

    def __init__(
        self,
        lrs: LrsServer,
        clients: int = 2,
        most_seconds: float = BOUND_SECONDS,
        keep_alive_seconds: float = inf,
    ) -> None:
        self._lrs = lrs
        self._most_seconds = most_seconds
        self._keep_alive_seconds = keep_alive_seconds
        self._credential = lrs.lend_credential()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._post_on) for _ in range(clients)]
        self.tried: list[list[str]] = []
        self.acknowledged: list[list[str]] = []
        self.refused = 0
        self.faults: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def check(self) -> None:
        """Nothing acknowledged is missing, nothing is doubled or half, and the store is whole."""
        assert self.faults == [], self.faults
        assert self.acknowledged, "nothing was acknowledged"
        stored = stored_ids(self._lrs)
        for batch in self.acknowledged:
            assert [stored[each] for each in batch] == [1] * len(batch), batch
        for batch in self.tried:
            assert sum(stored[each] for each in batch) in {0, len(batch)}, batch
        check_store(self._lrs)

    def _post_on(self) -> None:
        try:
            with Client(self._lrs.endpoint, self._credential, "2.0.0") as client:
                sender = _Sender(client, self._keep_alive_seconds)
                while not self._stopping.wait(PAUSE_SECONDS):
                    self._post(sender, [make_statement() for _ in range(BATCH_STATEMENTS)])
        except Exception as error:  # noqa: BLE001  # for the test, which sees to it
            self.faults.append(repr(error))

    def _post(self, sender: _Sender, batch: list[dict[str, Any]]) -> None:
        ids = [statement["id"] for statement in batch]
        self.tried.append(ids)
        while True:
            response = sender.send(batch)
            self._judge(response)
            if response.status_code == 200:
                self.acknowledged.append(ids)
                return
            self.refused += 1
            if self._stopping.wait(PAUSE_REFUSED_SECONDS):
                return

    def _judge(self, response: httpx.Response) -> None:
        if response.status_code != 200:
            fault = fault_of_refusal(response)
            if fault:
                self.faults.append(fault)
        seconds = response.elapsed.total_seconds()
        if seconds > self._most_seconds:
            self.faults.append(f"{response.status_code} took {seconds:.1f} s")


def fault_of_refusal(response: httpx.Response) -> str:
    """What is wrong with the answer of a server that can't do it now, if anything is."""
    if response.status_code != 503 or "Retry-After" not in response.headers:
        return f"{response.status_code}: {response.text}"
    return "" if response.json()["error"] else "503 without a reason"


def stored_ids(lrs: LrsServer) -> Counter[str]:
    """How often the log has each id."""
    return Counter(json.loads(line)["id"] for line in lrs.run("export").split("\n") if line)


def check_store(lrs: LrsServer) -> None:
    """`lrs check` finds nothing; it fails with what it finds."""
    lrs.run("check")


class _Reading:
    """A server's log as far as it was read: tests ask again and again."""

    def __init__(self) -> None:
        self._size_bytes = 0
        self.bugs: list[str] = []

    def go_on(self, path: Path) -> None:
        """Read the whole lines that were added."""
        with path.open("rb") as log:
            log.seek(self._size_bytes)
            lines, newline, _ = log.read().rpartition(b"\n")
        self._size_bytes += len(lines + newline)
        added = lines.decode(errors="replace").splitlines()
        self.bugs += [line for line in added if _is_of_a_bug(line)]


_readings: WeakKeyDictionary[LrsServer, _Reading] = WeakKeyDictionary()


def bugs_in_log(lrs: LrsServer) -> list[str]:
    """Lines of the server's log that tell of a bug: tracebacks, and what is not a log line."""
    reading = _readings.setdefault(lrs, _Reading())
    reading.go_on(lrs.log_path)
    return reading.bugs


def _is_of_a_bug(line: str) -> bool:
    if not line.startswith("{"):
        return True
    facts = json.loads(line)
    return "traceback" in facts or (facts["level"] == "error" and facts["logger"] != "access")

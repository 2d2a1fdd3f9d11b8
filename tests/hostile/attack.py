"""Shots of every kind at a server, from several clients, with figures of what came back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from tests.hostile.firing import fire
from tests.hostile.garbage import Garbage
from tests.hostile.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.firing import Reply
    from tests.hostile.shots import Shot
    from tests.plugins.server import Credential, LrsServer

SETTINGS = {  # a client that says no more is let go soon, but not one that waits for a busy core
    "LRS_HEADER_TIMEOUT_SECONDS": "2",
    "LRS_BODY_TIMEOUT_SECONDS": "2",
    "LRS_KEEP_ALIVE_SECONDS": "2",
}
KEEP_ALIVE_SECONDS = float(SETTINGS["LRS_KEEP_ALIVE_SECONDS"])
CLIENTS = 8  # some wait for the server's patience to end
SHOWN_FAULTS = 20
SHOWN_BYTES = 1_500


class Arsenal:
    """The shots that follow from a seed, by number: each can be made again by itself."""

    def __init__(self, seed: int, credential: Credential) -> None:
        requests = Requests(credential)
        garbage = Garbage(requests)
        self._seed = seed
        self._makers: list[Callable[[Random], Shot]] = [
            *[requests.statements] * 6,
            *[requests.multipart] * 2,
            *[requests.query] * 4,
            *[requests.document] * 2,
            *[requests.header] * 2,
            requests.alternate,
            garbage.garbage,
            garbage.mangled,
            garbage.pipelined,
            garbage.smuggled,
            garbage.half_closed,
            garbage.left,
        ]

    def shot(self, number: int) -> Shot:
        """The shot with a number."""
        chance = Random(f"{self._seed}/{number}")
        return chance.choice(self._makers)(chance)


class Attack:
    """Fires the shots of a seed, one number after the other, and keeps the figures."""

    def __init__(self, lrs: LrsServer, seed: int, clients: int = CLIENTS) -> None:
        self._port = lrs.port
        self._clients = clients
        self._arsenal = Arsenal(seed, lrs.lend_credential())
        self._numbers = count()
        self._guard = threading.Lock()
        self.shots = 0
        self.figures: Counter[tuple[str, str]] = Counter()  # by kind and status
        self.faults: list[str] = []
        self.slowest_seconds = 0.0

    def run(self, seconds: float) -> None:
        """Fire for some time."""
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._fire, args=[until]) for _ in range(self._clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _fire(self, until: float) -> None:
        while time.monotonic() < until:
            with self._guard:
                number = next(self._numbers)
            shot = self._arsenal.shot(number)
            began = time.monotonic()
            try:
                reply = fire(self._port, shot)
            except Exception as error:  # noqa: BLE001  # told with all other faults
                self.faults.append(f"#{number} {shot.kind}: {error!r}")
                continue
            with self._guard:
                self._note(number, shot, reply, time.monotonic() - began)

    def _note(self, number: int, shot: Shot, reply: Reply, seconds: float) -> None:
        self.shots += 1
        self.slowest_seconds = max(self.slowest_seconds, seconds)
        self.figures.update((shot.kind, str(each.status)) for each in reply.answers)
        if not reply.answers:
            self.figures[shot.kind, "none"] += 1
        for fault in reply.faults[: SHOWN_FAULTS - len(self.faults)]:
            self.faults.append(f"#{number} {shot.kind}: {fault}\n  {shot.data[:SHOWN_BYTES]!r}")

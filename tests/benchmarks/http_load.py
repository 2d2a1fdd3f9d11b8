"""A load generator: requests over a few connections, as fast as the answers come.

One process, an event loop, a parser of just what the store answers: it has to leave the cores to
the server.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import uvloop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Target(NamedTuple):
    """Where the load goes, and as whom."""

    port: int
    authorization: str
    base_path: str = "/xapi"

    def get(self, query: str) -> bytes:
        """A GET of the statements resource."""
        return self._head("GET", f"/statements?{query}") + b"\r\n"

    def post(self, body: bytes) -> bytes:
        """A POST of a statement or a batch."""
        head = self._head("POST", "/statements")
        return b"%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            head,
            len(body),
            body,
        )

    def _head(self, method: str, path: str) -> bytes:
        return (
            f"{method} {self.base_path}{path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n"
            f"authorization: {self.authorization}\r\nx-experience-api-version: 2.0.0\r\n"
        ).encode()


class Measured(NamedTuple):
    """What a load met."""

    seconds: float
    latencies: list[float]  # of each request, in seconds, sorted
    statuses: Counter[int]
    answered_bytes: int

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Seconds within which that share of the requests was answered."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is whole."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = bytearray()
        self._missing = -1  # bytes of the answer still to come; -1: its head is not here yet
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # of a socket
        self._next()

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            end = self._buffer.find(_END_OF_HEAD)
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            self._status = int(head[9:12])
            size = self._load.answered_bytes
            self._load.answered_bytes = size + len(self._buffer)
            self._missing = _length_of(head) - (len(self._buffer) - end - len(_END_OF_HEAD))
            self._buffer.clear()
        else:
            self._load.answered_bytes += len(data)
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self._load.record(self._status, perf_counter() - self._sent_at)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection"))

    def _next(self) -> None:
        request = self._load.take()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = perf_counter()
        self._transport.write(request)


class _Load:
    def __init__(self, requests: Iterable[bytes], seconds: float | None) -> None:
        self._requests: Iterator[bytes] = iter(requests)
        self._until = perf_counter() + seconds if seconds else None
        self.latencies: deque[float] = deque()
        self.statuses: Counter[int] = Counter()
        self.answered_bytes = 0

    def take(self) -> bytes | None:
        if self._until is not None and perf_counter() >= self._until:
            return None
        return next(self._requests, None)

    def record(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.latencies.append(seconds)


def run(
    target: Target, requests: Iterable[bytes], connections: int, seconds: float | None = None
) -> Measured:
    """Send requests until there are none left or the time is over, and wait for the answers.

    Raises ConnectionError if the server closes a connection.
    """
    return uvloop.run(_run(target, requests, connections, seconds))


async def _run(
    target: Target, requests: Iterable[bytes], connections: int, seconds: float | None
) -> Measured:
    load = _Load(requests, seconds)
    loop = asyncio.get_running_loop()
    began = perf_counter()
    opened = [
        await loop.create_connection(lambda: _Connection(load), "127.0.0.1", target.port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in opened))
    taken = perf_counter() - began
    return Measured(taken, sorted(load.latencies), load.statuses, load.answered_bytes)


def _length_of(head: bytes) -> int:
    start = head.index(_LENGTH) + len(_LENGTH)
    end = head.find(b"\r\n", start)
    return int(head[start : end if end >= 0 else None])

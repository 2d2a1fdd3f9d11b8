"""A server with real sockets in a thread of the test, and a client that speaks raw bytes to it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Self

import uvicorn

from lrs.serving import config_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from lrs.settings import Settings

_DEADLINE_SECONDS = 20.0


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait until `holds()` is true; fail with `what` if it does not come about."""
    give_up_at = monotonic() + _DEADLINE_SECONDS
    pause = threading.Event()
    while not holds():
        assert monotonic() < give_up_at, f"waited in vain until {what}"
        pause.wait(0.01)


@contextmanager
def live(settings: Settings, app: ASGIApp) -> Iterator[LiveServer]:
    """Serve `app` while inside."""
    server = LiveServer(settings, app)
    try:
        yield server
    finally:
        server.stop()


class LiveServer:
    """uvicorn as `serve` configures it, on a free port."""

    def __init__(self, settings: Settings, app: ASGIApp) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._server = uvicorn.Server(config_of(settings, lambda _: app))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))
        self._thread.start()
        wait_until(lambda: self._server.started, "the server has started")

    @property
    def connection_count(self) -> int:
        """Connections that the server holds."""
        return len(self._server.server_state.connections)

    @property
    def request_count(self) -> int:
        """Requests that the application works on."""
        return len(self._server.server_state.tasks)

    def connect(self) -> Wire:
        """Open a connection."""
        return Wire(socket.create_connection(("127.0.0.1", self.port), _DEADLINE_SECONDS))

    def ask(self, *pieces: bytes) -> Answer:
        """Send the pieces on a connection of their own and return the first answer."""
        with self.connect() as wire:
            wire.send(b"".join(pieces))
            return wire.answer()

    def stop(self) -> None:
        """Stop and wait for the end."""
        self._server.should_exit = True
        self._thread.join(_DEADLINE_SECONDS)
        assert not self._thread.is_alive()


class Answer:
    """A response as it came: status, header fields by lower-case name, body."""

    def __init__(self, head: bytes, body: bytes) -> None:
        status_line, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(status_line.split()[1])
        self.headers = {
            name.lower(): value for name, value in (line.split(": ", 1) for line in lines)
        }
        self.body = body


class Wire:
    """A client's connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """Read one response with Content-Length or none."""
        answer = self.head()
        length = int(answer.headers.get("content-length", "0"))
        while len(self._received) < length:
            self._receive()
        answer.body, self._received = self._received[:length], self._received[length:]
        return answer

    def head(self) -> Answer:
        """Read a response that has no body, whatever its header says."""
        head, self._received = self._read_to(b"\r\n\r\n")
        return Answer(head, b"")

    def is_closed_by_server(self) -> bool:
        """Wait for the server's next byte, and tell whether the connection ended instead."""
        if self._received:
            return False
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _read_to(self, end: bytes) -> tuple[bytes, bytes]:
        while end not in self._received:
            self._receive()
        head, _, rest = self._received.partition(end)
        return head, rest

    def _receive(self) -> None:
        data = self._socket.recv(65_536)
        assert data, f"the server closed after {self._received!r}"
        self._received += data

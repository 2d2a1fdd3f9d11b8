"""A way to PostgreSQL that fails on demand: it cuts, stalls, and loses requests and answers."""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from sqlalchemy import make_url

from tests.http.live import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    Plan = Callable[["Link", bytes], None]

CHUNK_BYTES = 65_536
POSTGRESQL_PORT = 5432
JOIN_SECONDS = 10


class Link:
    """One connection of a client to the server, a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self.client = client
        self.server = server
        self.loses_answer = False
        self.threads = [
            threading.Thread(target=self._pump, args=way, daemon=True)
            for way in ((client, self._to_server), (server, self._to_client))
        ]
        for thread in self.threads:
            thread.start()

    def cut(self) -> None:
        """End the connection for both."""
        for end in (self.client, self.server):
            with suppress(OSError):  # ended already
                end.shutdown(socket.SHUT_RDWR)

    def _pump(self, source: socket.socket, forward: Callable[[bytes], None]) -> None:
        try:
            while data := source.recv(CHUNK_BYTES):
                forward(data)
        except OSError:  # the other direction has ended it
            pass
        self.cut()

    def _to_server(self, data: bytes) -> None:
        self._proxy.flowing.wait()
        plan = self._proxy.plan_for(data)
        if plan:
            plan(self, data)
        else:
            self.server.sendall(data)

    def _to_client(self, data: bytes) -> None:
        self._proxy.flowing.wait()
        if self.loses_answer:
            self.cut()
        else:
            self.client.sendall(data)


class Proxy:
    """Stands before a server; a context manager.

    `plans` are for the next transactions that commit, one each: what becomes of the message that
    says COMMIT. `flowing` is cleared to let nothing through in either direction.
    """

    def __init__(self, url: str) -> None:
        """Stand before the server of a database's URL."""
        self._behind = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._links: list[Link] = []
        self.plans: deque[Plan] = deque()
        self.flowing = threading.Event()
        self.flowing.set()
        self.refusing = False
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(JOIN_SECONDS)
        self._listener.close()
        self.flowing.set()
        self.cut()
        for link in self._links:
            for thread in link.threads:
                thread.join(JOIN_SECONDS)
            link.client.close()
            link.server.close()

    @property
    def url(self) -> str:
        """The URL of the database by way of the proxy."""
        host, port = self._listener.getsockname()
        url = self._behind.set(host=host, port=port, query={})
        return url.render_as_string(hide_password=False)

    def cut(self) -> None:
        """End every connection there is."""
        for link in list(self._links):
            link.cut()

    def plan_for(self, data: bytes) -> Plan | None:
        """What is to become of a client's message, if anything special."""
        return self.plans.popleft() if self.plans and b"COMMIT" in data else None

    def wait_for_plans(self) -> None:
        """Wait until every plan has been carried out."""
        wait_until(lambda: not self.plans, "the planned faults have happened")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            if self.refusing:
                client.close()
            else:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._links.append(Link(self, client, self._connect()))

    def _connect(self) -> socket.socket:
        host = self._behind.query.get("host") or self._behind.host
        port = self._behind.port or POSTGRESQL_PORT
        if isinstance(host, str) and not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


def lose_request(link: Link, _: bytes) -> None:
    """Cut before the server gets to know of it."""
    link.cut()


def lose_answer(link: Link, data: bytes) -> None:
    """Let the server do it, and cut when it says that it is done."""
    link.loses_answer = True
    link.server.sendall(data)


class Hold:
    """A plan: the message waits on the way until `release` is set; `held` says that it does."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self.release = threading.Event()

    def __call__(self, link: Link, data: bytes) -> None:
        """Hold the message."""
        self.held.set()
        self.release.wait()
        link.server.sendall(data)

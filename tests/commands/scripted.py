"""A server that answers what a test tells it to."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Request(NamedTuple):
    """A GET that the server got."""

    target: str  # path and query as they came
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]  # by their names in lower case


class Answer(NamedTuple):
    """What the server says."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {"Content-Type": "application/json"}


class Scripted(ThreadingHTTPServer):
    """The server; `requests` are those that it got."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[Request] = []
        self.endpoint = f"http://127.0.0.1:{self.server_port}/xapi"


class _Handler(BaseHTTPRequestHandler):
    server: Scripted
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, parts.path, query, headers)
        self.server.requests.append(request)
        body, status, said = self.server.answer(request)
        self.send_response(status)
        for name, value in said.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401  # as the base class
        pass


@contextmanager
def scripted(answer: Callable[[Request], Answer] | Answer) -> Iterator[Scripted]:
    """Serve while inside: one answer for all, or what a function says to each request."""
    server = Scripted((lambda _: answer) if isinstance(answer, Answer) else answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A client's connection, cheap enough to have hundreds of: HTTP/1.1 over asyncio's streams."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.plugins.server import Credential

CONSISTENT_THROUGH = "x-experience-api-consistent-through"


class GoneError(Exception):
    """The connection ended before an answer came: nobody knows what became of the request."""


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: dict[str, str]  # by lower-case name
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  # any JSON
        """The JSON in the body."""
        return json.loads(self.body)


class Line:
    """One client's connection to a server, opened when needed, and again after it broke."""

    def __init__(self, port: int, credential: Credential) -> None:
        basic = b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
        self._port = port
        self._head = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: Basic {basic}\r\n"
            "X-Experience-API-Version: 2.0.0\r\nContent-Type: application/json\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, target: str, body: bytes = b"") -> Answer:
        """Send a request to a resource below `/xapi/`.

        Raises:
            GoneError: there is no answer.

        """
        try:
            reader = await self._write(method, target, body, len(body))
            answer = await _read(reader)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self.abort()
            raise GoneError from error
        if answer.headers.get("connection") == "close":
            self.abort()
        return answer

    async def send_and_vanish(self, method: str, target: str, body: bytes, sent_bytes: int) -> None:
        """Send the head and so much of the body, then break the connection."""
        with suppress(ConnectionError):
            await self._write(method, target, body[:sent_bytes], len(body))
        self.abort()

    def abort(self) -> None:
        """Break the connection, if there is one, without a goodbye."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            with suppress(ConnectionError):
                await self._streams[1].wait_closed()
            self._streams = None

    async def _write(
        self, method: str, target: str, body: bytes, length_bytes: int
    ) -> asyncio.StreamReader:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"{method} /xapi/{target} HTTP/1.1\r\n{self._head}Content-Length: {length_bytes}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()
        return reader


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status_line, *lines = head.rstrip("\r\n").split("\r\n")
    fields = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(status_line.split()[1]), headers, body)


@asynccontextmanager
async def open_line(port: int, credential: Credential) -> AsyncIterator[Line]:
    """Lend a line, closed at the end."""
    line = Line(port, credential)
    try:
        yield line
    finally:
        await line.close()

"""One request and its answer on their way through the edge."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from time import monotonic
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect

from lrs.refusals import BODY_TOO_LARGE, OVERLOADED, Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import Message, Receive, Scope, Send

    from lrs.edge import Edge

_SANE_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{8,64}")
# A random start for the process and a count are unique, and cost a tenth of a UUID.
_PROCESS: Final = secrets.token_hex(6)
_COUNT: Final = itertools.count(1)

# An unread body of up to this size is read to its end so that the connection can go on.
_SMALL_BODY_BYTES: Final = 65_536
# A client that is still sending when it is refused gets this long to notice the answer: closing
# with unread data makes its system throw the answer away.
_LINGER_SECONDS: Final = 2.0


def limit_body(scope: Scope, max_bytes: int) -> None:
    """Allow the request at most `max_bytes` of body, less than what the server allows.

    Call it before reading. A larger body is answered 413 by the edge.
    """
    exchange: Exchange = scope["lrs.exchange"]
    exchange.max_body_bytes = max_bytes
    if exchange.content_length > max_bytes:
        raise RefusedError(BODY_TOO_LARGE)


def has_body(scope: Scope) -> bool:
    """Whether the client sends a body that was not read yet."""
    exchange: Exchange = scope["lrs.exchange"]
    return exchange.unread


async def read_body(receive: Receive) -> bytes:
    """Read a request's body to its end.

    Raises ClientDisconnect if the client goes away before.
    """
    parts = []
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more_body = message.get("more_body", False)
    return b"".join(parts)


class Exchange:
    """A request and its answer: counts bytes, guards the body's size, completes the header.

    `status` is None until the response starts. `unread` tells that the client is not done sending.
    """

    __slots__ = (
        "_edge",
        "_receive",
        "_send",
        "bytes_in",
        "bytes_out",
        "content_length",
        "disconnected",
        "expects_continue",
        "headers",
        "max_body_bytes",
        "request_id",
        "reserved_bytes",
        "started_at",
        "status",
        "task",
        "timed_out",
        "unread",
    )

    def __init__(self, edge: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        self._edge = edge
        self._receive = receive
        self._send = send
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.request_id = _request_id(self.headers.get(b"x-request-id"))
        self.content_length = int(self.headers.get(b"content-length", b"0"))
        self.unread = self.content_length > 0 or b"transfer-encoding" in self.headers
        self.expects_continue = self.unread and b"expect" in self.headers
        self.max_body_bytes = edge.settings.max_body_bytes
        self.reserved_bytes = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.status: int | None = None
        self.disconnected = False
        self.timed_out = False
        self.task: asyncio.Task[object] | None = None
        self.started_at = monotonic()

    def take_time(self) -> None:
        """Let the answer begin later than others: somebody else sees to it that it ends."""
        self._edge.deadlines.discard(self)

    async def receive(self) -> Message:
        """Receive for the application: the time it takes is the client's, not the server's."""
        if not self.unread:
            return await self._receive()
        self.expects_continue = False
        self._edge.deadlines.discard(self)
        message = await self._receive()
        if self.status is None:
            self._edge.deadlines.add(self)
        self._count(message)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """Send for the application, with the edge's header fields."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # From here on 503 cannot be said, and how fast it goes is up to the client.
            self._edge.deadlines.discard(self)
            message["headers"] = self._edge.complete_headers(self, message.get("headers", ()))
            return self._send(message)
        self.bytes_out += len(message.get("body", b""))
        if self.unread and not message.get("more_body", False):
            return self._send_last(message)
        return self._send(message)

    async def answer(self, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """Answer instead of the application."""
        fields = [*headers, (b"content-length", b"%d" % len(body))] if body else [*headers]
        await self.send({"type": "http.response.start", "status": status, "headers": fields})
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal; if the response has begun, it is left broken for all to see."""
        if self.status is not None:
            return
        version = self.headers.get(b"x-experience-api-version", b"")
        await self.answer(
            refusal.status,
            refusal.body(self.request_id),
            (b"content-type", b"application/json"),
            (b"x-experience-api-version", b"2.0.0" if version.startswith(b"2.") else b"1.0.3"),
            *refusal.headers,
        )

    @property
    def must_close(self) -> bool:
        """The body is not read, and too long or too uncertain to be waited for."""
        is_small = 0 < self.content_length <= _SMALL_BODY_BYTES
        return self.unread and (self.expects_continue or not is_small)

    def _count(self, message: Message) -> None:
        if message["type"] != "http.request":
            self.disconnected = True
            return
        self.bytes_in += len(message.get("body", b""))
        self.unread = message.get("more_body", False)
        if self.bytes_in > self.max_body_bytes:
            raise RefusedError(BODY_TOO_LARGE)
        if self.bytes_in > self.reserved_bytes and not self._edge.reserve(self, self.bytes_in):
            raise RefusedError(OVERLOADED)

    async def _send_last(self, message: Message) -> None:
        """Send the end of the answer, wait for the rest of the request, and only then finish."""
        await self._send({**message, "more_body": True})
        if not self.expects_continue:
            await self._drain()
        await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self.unread and not self.disconnected:
                    message = await self._receive()
                    self.disconnected = message["type"] != "http.request"
                    self.unread = message.get("more_body", False)
        except TimeoutError:
            return


def _request_id(given: bytes | None) -> str:
    if given is not None and _SANE_REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{_PROCESS}-{next(_COUNT):x}"

"""Requests to an ASGI application without a server in between."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message


@dataclass
class Response:
    """What the application answered; `complete` tells whether it came to an end."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    complete: bool = False

    def header(self, name: str) -> str | None:
        """Return the only value of a header field, or None."""
        values = [value for key, value in self.headers if key == name.encode()]
        assert len(values) <= 1, f"{name} stands there {len(values)} times"
        return values[0].decode() if values else None

    @property
    def error(self) -> str:
        """The code in an error's body."""
        return str(json.loads(self.body)["error"])


async def ask(
    app: ASGIApp,
    request: str = "GET /x",
    *,
    headers: dict[str, str] | None = None,
    chunks: Sequence[bytes] = (b"",),
    disconnects: bool = False,
) -> Response:
    """Send one request; after the chunks the client waits, or is gone if it `disconnects`."""
    method, target = request.split(" ")
    path, _, query = target.partition("?")
    response = Response()
    waiting = list(chunks)
    given = headers or {}
    if any(chunks) and "content-length" not in given:
        given = given | {"transfer-encoding": "chunked"}  # as on the wire

    async def receive() -> Message:
        if waiting:
            body = waiting.pop(0)
            is_last = not waiting and not disconnects
            return {"type": "http.request", "body": body, "more_body": not is_last}
        if not disconnects:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            response.status, response.headers = message["status"], list(message["headers"])
        else:
            response.body += message.get("body", b"")
            response.complete = not message.get("more_body", False)

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
        "state": {},
    }
    await app(scope, receive, send)
    return response

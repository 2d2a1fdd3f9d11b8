"""What waits in a corked transport when its client goes."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvloop

from lrs.corking import CorkedTransport


def test_what_waits_when_the_client_has_gone_is_dropped_without_an_error() -> None:
    errors: list[dict[str, Any]] = []

    async def write_and_lose() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: errors.append(context))
        ours, theirs = socket.socketpair()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        transport.abort()
        theirs.close()
        await asyncio.sleep(0)  # the end of the connection is told, and its handle closed
        await asyncio.sleep(0)
        CorkedTransport(transport, loop).write(b"late")
        await asyncio.sleep(0)

    uvloop.run(write_and_lose())
    assert errors == []

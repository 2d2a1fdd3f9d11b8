"""What is written in one turn of the event loop leaves in one piece, and all of it leaves."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, cast

import uvloop

from lrs.corking import CorkedTransport

if TYPE_CHECKING:
    from collections.abc import Callable


class Wire:
    """A transport that writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        """Note data."""
        self.events.append(data)

    def write_eof(self) -> None:
        """Note the end of writing."""
        self.events.append("eof")

    def close(self) -> None:
        """Note the end."""
        self.events.append("close")

    def is_closing(self) -> bool:
        """Whether the end was noted."""
        return "close" in self.events

    def get_write_buffer_size(self) -> int:
        """Say that something waits."""
        return 5


def events_of(act: Callable[[CorkedTransport], None], *, turns: int = 1) -> list[bytes | str]:
    """Act on a corked transport, and tell what has reached the wire some turns later."""

    async def run() -> list[bytes | str]:
        wire = Wire()
        loop = asyncio.get_running_loop()
        act(CorkedTransport(cast("asyncio.Transport", wire), loop))
        for _ in range(turns):
            await asyncio.sleep(0)
        return list(wire.events)

    return asyncio.run(run())


def test_small_writes_leave_together_at_the_end_of_the_turn() -> None:
    def act(transport: CorkedTransport) -> None:
        transport.write(b"head ")
        transport.write(b"body")
        assert transport.get_write_buffer_size() == 5 + 9

    assert events_of(act, turns=0) == []
    assert events_of(act) == [b"head body"]


def test_much_is_not_held_back() -> None:
    def act(transport: CorkedTransport) -> None:
        transport.write(b"head")
        transport.write(bytes(70_000))
        transport.write(b"rest")

    assert events_of(act, turns=0) == [b"head" + bytes(70_000)]
    assert events_of(act) == [b"head" + bytes(70_000), b"rest"]


def test_what_is_waiting_leaves_before_the_end() -> None:
    def act(transport: CorkedTransport) -> None:
        transport.write(b"last words")
        transport.write_eof()
        transport.close()

    assert events_of(act) == [b"last words", "eof", "close"]


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

"""A transport that sends what is written in one go together: a response's header and its body.

Each write of its own is a system call and, on a fast network, a packet that wakes the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio

_ENOUGH_BYTES: Final = 65_536
"""From here on nothing is held back: the transport has to feel how much is waiting."""


class CorkedTransport:
    """A transport whose small writes wait for the end of the event loop's turn."""

    __slots__ = ("_loop", "_size_bytes", "_transport", "_waiting")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._size_bytes = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write soon; at once if much is waiting."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)
        self._size_bytes += len(data)
        if self._size_bytes >= _ENOUGH_BYTES:
            self._flush()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be: asked twice a request."""
        return self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        """Bytes that are waiting, here or below."""
        return self._size_bytes + self._transport.get_write_buffer_size()

    def write_eof(self) -> None:
        """Write what is waiting and say that it was all."""
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        """Write what is waiting and close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._size_bytes = 0
            if not self._transport.is_closing():  # the client may have gone in between
                self._transport.write(data)

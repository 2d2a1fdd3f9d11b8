"""HTTP/1.1 on one connection: uvicorn's protocol, with an end to the patience.

What a client may send and how long it may take, by the state of its connection:

    idle      nothing of a request yet          keep-alive time; the header's time if it is new
    head      a request's header has begun      the header's time; sizes of target and header
    body      the header is complete            the body's time, plus what was sent / least rate
    answering the request is complete           (the edge's business)
    refused   it was cut off with an answer     the time to notice it
    and, in every state, what waits to be sent must shrink within the sending time

One timer per connection looks at the state. It is armed for the shortest of these times at most,
so it is never late, and requests neither arm nor cancel it.
"""

from __future__ import annotations

import logging
from math import inf
from typing import TYPE_CHECKING, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lrs.corking import CorkedTransport
from lrs.patience import Patience
from lrs.refusals import (
    BODY_TOO_LARGE,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    MALFORMED,
    QUERY_TOO_LONG,
    TOO_SLOW,
    Refusal,
    RefusedError,
)

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from lrs.settings import Settings

logger = logging.getLogger(__name__)

_IDLE, _HEAD, _BODY, _REFUSED = range(4)

# A client that still sends when it is refused gets this long to notice: closing with unread data
# makes its system throw the answer away.
_LINGER_SECONDS: Final = 1.0


def protocol_with(settings: Settings) -> type[HttpToolsProtocol]:
    """Return the protocol class for uvicorn, bound to what the operator has set."""

    class BoundProtocol(PatientProtocol):
        patience = Patience.of(settings)

    return BoundProtocol


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol that cuts off what is slow, oversized or malformed."""

    patience: Patience

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start with the time for a first header."""
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]  # it has all that a transport has
        self._state = _IDLE
        self._since = self._idle_since = self.loop.time()
        self._received_bytes = 0
        self._feed_bytes = 0
        self._is_upgrade = False
        self._unsent_bytes = 0
        self._unsent_since = self._since
        self._running_cycle: RequestResponseCycle | None = None
        self._arm(self.patience.shortest_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop looking, and let the running request know that it can't be answered any more.

        uvicorn tells only the last one, which may be waiting for it (pipelining).
        """
        self._timer.cancel()
        if self._running_cycle is not None and not self._running_cycle.response_complete:
            self._running_cycle.disconnected = True
            self._running_cycle.message_event.set()
        super().connection_lost(exc)

    # Receiving

    def data_received(self, data: bytes) -> None:
        """Feed the parser; refuse what it cannot read and what exceeds the limits."""
        if self._state == _REFUSED or self.transport.is_closing():
            return
        self._feed_bytes = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(_refusal_of(error))
        else:
            if self._state != _IDLE:
                self._received_bytes += len(data)
                self._check_size()

    def on_message_begin(self) -> None:
        """Start the header's clock."""
        super().on_message_begin()
        self._state = _HEAD
        self._since = self.loop.time()
        # Not all of the first read need belong to this message; it is bounded, and not counted.
        self._received_bytes = -self._feed_bytes

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header field, but not a trailer field: nothing would read it."""
        if self._state == _HEAD:
            HttpToolsProtocol.on_header(self, name, value)  # `super()` costs as much as the rest

    def on_headers_complete(self) -> None:
        """Check the header's sizes, then let uvicorn start the application."""
        if len(self.url) > self.patience.max_target_bytes:
            raise RefusedError(QUERY_TOO_LONG)
        if not self.url.startswith(b"/") and httptools.parse_url(self.url).path is None:
            raise RefusedError(MALFORMED)
        # A header that came in one read smaller than the limit needs no adding up.
        if self._received_bytes >= 0 or self._feed_bytes > self.patience.max_header_bytes:
            size_bytes = sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size_bytes > self.patience.max_header_bytes:
                raise RefusedError(HEADERS_TOO_LARGE)
        self._is_upgrade = self.parser.should_upgrade()
        if not self._is_upgrade:
            super().on_headers_complete()
            self._state = _BODY
            self._since = self.loop.time()

    def on_message_complete(self) -> None:
        """Stop the clock: the rest is up to the server."""
        if not self._is_upgrade:
            super().on_message_complete()
            self._state = _IDLE

    def on_response_complete(self) -> None:
        """Go on with the next request; uvicorn's timer is replaced by ours."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running_cycle = cycle
        super()._start_asgi_task(cycle, app)

    def _check_size(self) -> None:
        """Refuse a message that is too large before all of it is here."""
        patience = self.patience
        if self._state == _BODY:
            # Once there is an answer, the edge reads on for a while so that the client gets it.
            if self._received_bytes > patience.max_wire_bytes and not self.cycle.response_started:
                self._refuse(BODY_TOO_LARGE)
        elif len(self.url) > patience.max_target_bytes:
            self._refuse(QUERY_TOO_LONG)
        elif self._received_bytes > patience.max_target_bytes + patience.max_header_bytes:
            self._refuse(HEADERS_TOO_LARGE)

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Read the request again as if it had not offered another protocol.

        A server may ignore Upgrade (RFC 9110, 7.8), but the parser, once it has seen it, does not
        read the body. Java's HTTP client offers HTTP/2 in this way by default.
        """
        if self.parser.get_method() == b"CONNECT":
            self._refuse(MALFORMED)
            return
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer what is wrong, if no other answer is under way, and close soon."""
        logger.info("cut off a connection", extra={"facts": {"reason": refusal.code}})
        if self._state == _BODY:
            can_answer = not self.cycle.response_started and not self.pipeline
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            can_answer = not self._is_answering()
        self._state = _REFUSED
        if not can_answer:
            self.transport.close()
            return
        self.transport.write(refusal.to_wire(self.parser.get_method()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # Watching the clock

    def _arm(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        seconds_left = min(self._seconds_to_receive(now), self._seconds_to_send(now))
        if seconds_left > 0:
            self._arm(min(seconds_left, self.patience.shortest_seconds))
        else:
            self._end(now)

    def _end(self, now: float) -> None:
        if self._seconds_to_send(now) <= 0:
            # Closing would wait for the client to take the rest.
            self.transport.abort()
            return
        self._arm(self.patience.shortest_seconds)
        if self._state == _IDLE:
            self.transport.close()
        else:
            self._refuse(TOO_SLOW)

    def _seconds_to_receive(self, now: float) -> float:
        """Return how much longer the client may take to send, negative if it is too late."""
        if self._state == _REFUSED or self.transport.is_closing():
            return inf
        if self._state == _BODY:
            return self._seconds_for_body(now)
        if self._is_answering():
            # A next request may have begun; its time starts when this one is answered.
            self._since = now
            return inf
        if self._state == _HEAD:
            return self._since + self.patience.header_seconds - now
        is_new = self.cycle is None
        patience = self.patience.header_seconds if is_new else self.patience.keep_alive_seconds
        return self._idle_since + patience - now

    def _seconds_for_body(self, now: float) -> float:
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:
            # The client waits for the server.
            self._since = now
        earned = max(self._received_bytes, 0) / self.patience.body_bytes_per_second
        return self._since + self.patience.body_seconds + earned - now

    def _seconds_to_send(self, now: float) -> float:
        """Return how much longer the client may leave unsent bytes standing."""
        unsent_bytes = self.transport.get_write_buffer_size()
        if not self._unsent_bytes or unsent_bytes < self._unsent_bytes:
            self._unsent_since = now
        self._unsent_bytes = unsent_bytes
        return self._unsent_since + self.patience.send_seconds - now if unsent_bytes else inf


def _refusal_of(error: httptools.HttpParserError) -> Refusal:
    """Tell the client's mistake, or the refusal of a callback above, from a bug in one."""
    cause = error.__context__
    if isinstance(cause, RefusedError):
        return cause.refusal
    if cause is None or isinstance(cause, httptools.HttpParserError):
        return MALFORMED
    logger.error("a connection failed", exc_info=cause)
    return INTERNAL_ERROR

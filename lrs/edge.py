"""The edge of the application: what is done for every request, in one layer of pure ASGI.

    request -> id -> preflight? -> limits -> application -> header fields -> log line, metrics

It answers what never reaches a resource (see `refusals`), ends what takes too long, and turns a
bug into a 500 that tells the client nothing and the log everything.
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect

from lrs import refusals
from lrs.cors import Cors
from lrs.deadlines import Deadlines
from lrs.exchange import Exchange
from lrs.logs import request_id_var
from lrs.refusals import Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from lrs.access_log import AccessLog
    from lrs.metrics import Metrics
    from lrs.settings import Settings

logger = logging.getLogger(__name__)

_CLIENT_CLOSED: Final = 499  # for the log and the metrics only: nobody is there to be answered
_UNROUTED: Final = "-"

# A response that brings one of these itself keeps its own. Documents are served as they were
# sent, HTML included: the policy keeps a browser from running them. What the store holds is about
# people, so nobody on the way keeps a copy.
_DEFAULT_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
_CLOSE: Final = (b"connection", b"close")


class Edge:
    """ASGI middleware around the whole application, inside ServerErrorMiddleware if there is one.

    Puts `request_id` into the request's state and logs `credential` from there if authentication
    sets it. `vital_paths` (health) are answered even when the server is full.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        metrics: Metrics | None = None,
        access_log: AccessLog | None = None,
        vital_paths: Iterable[str] = (),
    ) -> None:
        self.app = app
        self.settings = settings
        self.deadlines: Deadlines[Exchange] = Deadlines(
            settings.request_timeout_seconds, _end_overdue
        )
        self._metrics = metrics
        self._access_log = access_log
        self._vital_paths = frozenset(vital_paths)
        self._cors = Cors(settings.cors_origins)
        self._defaults = [*_DEFAULT_HEADERS, *([_STRICT_TRANSPORT] if settings.tls_key else [])]
        self._default_names = frozenset(name for name, _ in self._defaults)
        self._running = 0
        self._reserved_bytes = 0
        if metrics is not None:
            metrics.follow_requests(lambda: self._running)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the application's lifespan."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        exchange = Exchange(self, scope, receive, send)
        request_id_var.set(exchange.request_id)
        scope["lrs.exchange"] = exchange
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        if scope["method"] == "OPTIONS" and _is_preflight(exchange):
            await self._answer_preflight(exchange)
        elif refusal := self._refusal(scope, exchange):
            await exchange.refuse(refusal)
        else:
            await self._run(scope, exchange)
        # Without this the two would refer to each other and wait for the garbage collector.
        del scope["lrs.exchange"]
        self._record(scope, exchange)

    def complete_headers(
        self, exchange: Exchange, headers: Iterable[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        """Return a response's header fields together with those of every response."""
        complete = [*headers, (b"x-request-id", exchange.request_id.encode("ascii"))]
        present = {name for name, _ in complete}
        if present.isdisjoint(self._default_names):
            complete += self._defaults
        else:
            complete += [field for field in self._defaults if field[0] not in present]
        complete += self._cors.headers(exchange.headers.get(b"origin"))
        if exchange.must_close:
            complete.append(_CLOSE)
        return complete

    def reserve(self, exchange: Exchange, size_bytes: int) -> bool:
        """Set apart memory for a body of `size_bytes`; False if too much is in use already.

        A request that has the server to itself always gets it.
        """
        others = self._reserved_bytes - exchange.reserved_bytes
        if others and others + size_bytes > self.settings.max_inflight_bytes:
            return False
        self._reserved_bytes = others + size_bytes
        exchange.reserved_bytes = size_bytes
        return True

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._metrics is None:
                await self.app(scope, receive, send)
            else:
                with self._metrics.sampling():
                    await self.app(scope, receive, send)
        finally:
            if self._access_log is not None:
                self._access_log.flush()

    async def _answer_preflight(self, exchange: Exchange) -> None:
        if not self._cors.allows(exchange.headers[b"origin"]):
            await exchange.refuse(refusals.ORIGIN_NOT_ALLOWED)
            return
        requested = exchange.headers.get(b"access-control-request-headers")
        await exchange.answer(204, b"", *self._cors.preflight_headers(requested))

    def _refusal(self, scope: Scope, exchange: Exchange) -> Refusal | None:
        """Say why the request cannot be let in, if so."""
        settings = self.settings
        if len(scope["query_string"]) > settings.max_query_bytes:
            return refusals.QUERY_TOO_LONG
        if exchange.content_length > settings.max_body_bytes:
            return refusals.BODY_TOO_LARGE
        is_full = self._running >= settings.max_concurrent_requests
        if is_full and scope["path"] not in self._vital_paths:
            return refusals.OVERLOADED
        if exchange.content_length and not self.reserve(exchange, exchange.content_length):
            return refusals.OVERLOADED
        return None

    async def _run(self, scope: Scope, exchange: Exchange) -> None:
        """Run the application, and answer for it if it cannot."""
        self._running += 1
        exchange.task = asyncio.current_task()
        self.deadlines.add(exchange)
        try:
            await self.app(scope, exchange.receive, exchange.send)
            refusal = None if exchange.status else _unanswered(exchange)
        except RefusedError as error:
            refusal = error.refusal
        except ClientDisconnect:
            refusal, exchange.disconnected = None, True
        except asyncio.CancelledError:
            refusal = _cancelled(exchange)
        except Exception:
            # The last place where a bug can become an answer.
            logger.exception("a request failed")
            refusal = refusals.INTERNAL_ERROR
        finally:
            self._running -= 1
            self._reserved_bytes -= exchange.reserved_bytes
            self.deadlines.discard(exchange)
        if refusal is not None:
            await exchange.refuse(refusal)

    def _record(self, scope: Scope, exchange: Exchange) -> None:
        seconds = monotonic() - exchange.started_at
        route = _route(scope)
        method: str = scope["method"]
        status = exchange.status or _CLIENT_CLOSED
        if self._metrics is not None:
            self._metrics.observe_request(route, method, status, seconds)
        if self._access_log is not None:
            facts = {
                "request_id": exchange.request_id,
                "method": method,
                "route": route,
                "status": status,
                "duration_ms": round(seconds * 100_000) / 100,
                "bytes_in": exchange.bytes_in,
                "bytes_out": exchange.bytes_out,
                "credential": scope["state"].get("credential"),
            }
            self._access_log.write(facts)


def _is_preflight(exchange: Exchange) -> bool:
    headers = exchange.headers
    return b"origin" in headers and b"access-control-request-method" in headers


def _route(scope: Scope) -> str:
    """Return the template of the path: what clients put into a path may be about people."""
    route = scope.get("route")
    return _UNROUTED if route is None else scope.get("root_path", "") + route.path


def _unanswered(exchange: Exchange) -> Refusal | None:
    if exchange.disconnected:
        return None
    logger.error("the application returned without an answer")
    return refusals.INTERNAL_ERROR


def _end_overdue(exchange: Exchange) -> None:
    exchange.timed_out = True
    if exchange.task is not None:
        exchange.task.cancel()


def _cancelled(exchange: Exchange) -> Refusal:
    """Take back a cancellation, ours or the stopping server's: the task ends with an answer."""
    if exchange.task is not None:
        exchange.task.uncancel()
    return refusals.TIMED_OUT if exchange.timed_out else refusals.STOPPING

"""The answer to a query over HTTP: its status is known when its first rows are."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from typing_extensions import override

from analytics.errors import LakeError
from lrs.call import VERSION_HEADER
from lrs.errors import code_of, error_response
from lrs.queries.figures import ANSWERED, BROKEN_OFF
from lrs.queries.running import Broken
from lrs.refusals import INTERNAL_ERROR, RefusedError
from statements.errors import Overloaded

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from lrs.queries.figures import Asked
    from lrs.queries.question import Format
    from lrs.queries.running import Queries, Running
    from lrs.settings import Settings

MEDIA_TYPES: Final[dict[Format, str]] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "arrow": "application/vnd.apache.arrow.stream",
}

logger = logging.getLogger(__name__)


class QueryResponse(Response):
    """Runs a query while it answers, and cancels it when the client goes away.

    Args:
        queries: run it.
        settings: say what it may use.
        sql: the query.
        format_: of the answer.

    """

    def __init__(self, queries: Queries, settings: Settings, sql: str, format_: Format) -> None:
        self.status_code = 200
        self.background = None
        self._queries = queries
        self._settings = settings
        self._sql = sql
        self._format: Format = format_
        self.init_headers({"content-type": MEDIA_TYPES[format_]})

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["lrs.exchange"].take_time()
        answering = asyncio.create_task(self._answer(scope, receive, send))
        watching = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                raise ClientDisconnect
            await answering
        finally:
            answering.cancel()
            watching.cancel()
            await asyncio.gather(answering, watching, return_exceptions=True)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._queries.figures.asked() as asked:
                await self._ask(asked, send)
        except (LakeError, Overloaded) as error:
            refusal = error_response(error)
            refusal.headers[VERSION_HEADER] = self.headers[VERSION_HEADER]
            await refusal(scope, receive, send)

    async def _ask(self, asked: Asked, send: Send) -> None:
        try:
            async with self._queries.run(self._settings, self._sql, self._format) as running:
                await running.begin()
                await self._send(running, send)
        except (LakeError, Overloaded) as error:
            asked.outcome = code_of(error)
            raise
        except RefusedError:
            asked.outcome = BROKEN_OFF
            raise
        asked.outcome = ANSWERED

    async def _send(self, running: Running, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        try:
            async for part in running.parts():
                await send({"type": "http.response.body", "body": part, "more_body": True})
                self._queries.figures.answer_bytes.inc(len(part))
        except Broken:
            logger.warning("the answer to a query was broken off: it went beyond a limit")
            # The status is gone: what is left is an answer without an end.
            raise RefusedError(INTERNAL_ERROR) from None
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass

"""Processes of queries, as the event loop sees them."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec

from analytics import errors
from analytics.errors import LakeError, QueryStopped, QueryTooLarge
from analytics.spill import remove_abandoned_spill
from lrs.lake_place import lake_place
from lrs.queries.question import Format, Head, Question
from lrs.settings import inherited
from statements.errors import Overloaded

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from lrs.queries.figures import QueryFigures
    from lrs.settings import Settings

CHUNK_BYTES: Final = 65_536
START_SECONDS: Final = 15.0
"""A process loads for a second, for several on a busy machine; beyond the query's own time."""
STOP_SECONDS: Final = 3.0
"""A cancelled query removes what it wrote to disk, and ends."""

_KEPT: Final = (
    *("AWS_", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_"),
    *("LANG", "LC_", "LD_", "PATH", "PYTHON", "TMPDIR", "TZ"),
)
"""How the variables begin that the process of a query is to have."""

logger = logging.getLogger(__name__)


class Broken(Exception):
    """An answer ended before its end."""


class Queries:
    """Runs queries, a few at a time: whoever comes when all places are taken is sent away.

    Args:
        figures: count them.

    """

    def __init__(self, figures: QueryFigures) -> None:
        self.figures = figures
        self.running = 0

    @asynccontextmanager
    async def run(self, settings: Settings, sql: str, format_: Format) -> AsyncIterator[Running]:
        """A query that runs until the block ends; who leaves it early cancels it.

        Raises:
            Overloaded: as many run as may.

        """
        if self.running >= settings.analytics_queries:
            raise Overloaded("other queries are running; try again when they are done")
        self.running += 1
        try:
            process = await _start()
            try:
                yield Running(process, _question(settings, sql, format_))
            finally:
                await asyncio.shield(_end(process))
        finally:
            self.running -= 1


class Running:
    """A query that runs.

    Args:
        process: that answers.
        question: what it is asked.

    """

    def __init__(self, process: Process, question: Question) -> None:
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        assert process.stdout is not None  # noqa: S101  # the same
        self._process = process
        self._question = question
        self._input, self._output = process.stdin, process.stdout
        self._ends_at = asyncio.get_running_loop().time() + question.seconds + START_SECONDS

    async def begin(self) -> None:
        """Wait until the answer begins.

        Raises:
            LakeError: there is none; which one says why.

        """
        self._input.write(msgspec.json.encode(self._question) + b"\n")
        with suppress(ConnectionError):  # it has died: that shows below
            await self._input.drain()
        try:
            async with asyncio.timeout_at(self._ends_at):
                line = await self._output.readline()
        except TimeoutError:
            raise QueryStopped(f"the query took longer than {self._question.seconds:g} s") from None
        if not line:
            await self._process.wait()
            raise self._dead()
        head = msgspec.json.decode(line, type=Head)
        if head.error:
            kind: type[LakeError] = getattr(errors, head.error)
            raise kind(head.message)

    async def parts(self) -> AsyncIterator[bytes]:
        """The answer, as it comes.

        Raises:
            Broken: it went beyond a limit on the way.

        """
        try:
            async with asyncio.timeout_at(self._ends_at):
                while part := await self._output.read(CHUNK_BYTES):
                    yield part
                status = await self._process.wait()
        except TimeoutError:
            raise Broken from None
        if status:
            raise Broken

    def _dead(self) -> LakeError:
        """Why a process that said nothing is dead: a limit of the kernel's, or a bug."""
        status = self._process.returncode
        logger.warning("the process of a query died", extra={"facts": {"exit_status": status}})
        return QueryTooLarge("the query needs more memory or processor time than it may have")


def _question(settings: Settings, sql: str, format_: Format) -> Question:
    return Question(
        place=lake_place(settings),
        sql=sql,
        format=format_,
        memory_bytes=settings.analytics_memory_bytes,
        disk_bytes=settings.analytics_disk_bytes,
        threads=settings.analytics_threads,
        seconds=settings.analytics_query_seconds,
        rows=settings.analytics_query_rows,
    )


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "lrs.queries.process"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_environment(),
        start_new_session=True,  # Control-C is for the server, which then ends its queries
    )


def _environment() -> dict[str, str]:
    """What a query needs of ours: the keys of a bucket, but no database's password."""
    return inherited(_KEPT)


async def _end(process: Process) -> None:
    """Let a process go, which it does by itself without a reader; else it is killed."""
    assert process.stdin is not None  # noqa: S101  # it is a pipe
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    if process.returncode:  # it may have been killed, by us or by the kernel
        await asyncio.to_thread(remove_abandoned_spill)

"""Reads of PostgreSQL that the event loop waits for, and no thread (docs/decisions/0021).

Each read runs in a greenlet: an ordinary function that can be left in its middle, while a query is
on its way, and gone on with when the answer is there. All of them run in the loop's thread, one at
a time, each on a connection that is its own meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections import deque
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.waiting import Ready, Wait
from typing_extensions import override

from statements.errors import Overloaded, Unavailable
from statements.loops import Reads
from statements.postgresql_connection import PostgreSQLConnection
from statements.postgresql_faults import retried

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

    from statements.connection import Connection, Read
    from statements.loops import InThread

    # Work, where its result is waited for, and the context of the request: what is logged tells
    # which it was.
    Job = tuple[Callable[[Read], Any], asyncio.Future[Any], Context]

T = TypeVar("T")

# Looked up here, since an enumeration takes its time to.
_READABLE, _WRITABLE, _TO_WRITE = Ready.R, Ready.W, Wait.W

WAITING_A_CONNECTION = 64
"""Reads that may wait for each connection: about a second's work."""


def _leave() -> Any:  # noqa: ANN401  # whatever the one who goes on with this greenlet brings
    """Leave this greenlet for the event loop, until somebody switches to it."""
    return getcurrent().parent.switch()


def _wait_for(future: asyncio.Future[T]) -> T:
    """The outcome of a future, waited for by this greenlet."""
    current = getcurrent()
    future.add_done_callback(lambda _: current.switch())
    _leave()
    return future.result()


class LoopConnection(PostgreSQLConnection):
    """A connection whose exchanges are waited for by the event loop, to be used in greenlets."""

    def __init__(self, url: str, settings: str = "") -> None:
        super().__init__(url, settings)
        self._waiting: greenlet | None = None
        # Watched by another number than libpq's, which closes its own when the connection breaks:
        # the number may be anybody's before the loop has forgotten it.
        self._end = os.dup(self.raw.fileno())
        self._state = select.poll()
        self._state.register(self._end, 0)  # it tells of errors only, unasked
        self._is_cut = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the loop watch it, from now on until it is closed."""
        self._loop = loop
        loop.add_reader(self._end, self._on_readable)

    def close(self) -> None:
        """Close it; who waits for an answer is told."""
        if self._loop is not None:
            self._loop.remove_reader(self._end)
            self._loop.remove_writer(self._end)
            self._loop = None
        if self._end >= 0:
            os.close(self._end)
            self._end = -1
        self.raw.close()
        self._go_on(Ready.R)

    @override
    def wait(self, exchange: PQGen[list[PGresult]]) -> list[PGresult]:
        try:
            wanted = next(exchange)
            while True:
                wanted = exchange.send(self._ready(wanted))
        except StopIteration as end:
            results: list[PGresult] = end.value
            return results

    def _ready(self, wanted: Wait) -> Ready:
        """Leave this greenlet until the connection is ready for what is wanted."""
        if self._is_cut:
            return _READABLE  # to read what has come before, and then an error
        self._waiting = getcurrent()
        if wanted & _TO_WRITE and self._loop is not None:
            self._loop.add_writer(self._end, self._on_writable)
        ready: Ready = _leave()
        return ready

    def _on_readable(self) -> None:
        # libuv tells of an error once, and then no more of this socket.
        self._is_cut = bool(self._state.poll(0))
        if self._waiting is None:
            self._heed()
        else:
            self._go_on(_READABLE)

    def _on_writable(self) -> None:
        if self._loop is not None:
            self._loop.remove_writer(self._end)
        self._go_on(_WRITABLE)

    def _go_on(self, ready: Ready) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.switch(ready)

    def _heed(self) -> None:
        """Take in what the server says unasked: mostly that it goes."""
        if self._is_cut:
            self.close()
            return
        try:
            self.raw.pgconn.consume_input()
        except psycopg.OperationalError:
            self.close()


class LoopReads(Reads):
    """Reads in greenlets over so many connections; the rest wait in line, up to a limit."""

    def __init__(self, open_: Callable[[], LoopConnection], most: int, in_thread: InThread) -> None:
        self._places = [_Place(open_, in_thread) for _ in range(most)]
        # Each goes on for ever: a new one would have memory of its own got from the system.
        self._idle = [greenlet(partial(self._serve, place)) for place in self._places]
        self._line: deque[Job] = deque()
        self._room = most * (1 + WAITING_A_CONNECTION)

    @override
    async def run(self, work: Callable[[Read], T]) -> T:
        if self._room <= 0:
            raise Overloaded("too many requests are waiting for a connection")
        self._room -= 1
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = (work, answer, copy_context())
        if self._idle:
            self._idle.pop().switch(job)
        else:
            self._line.append(job)
        return await answer

    @override
    def close(self) -> None:
        for place in self._places:
            place.close()

    def _serve(self, place: _Place, job: Job) -> None:
        """Do one job after the other, in a greenlet."""
        while True:
            _do(job, place.read)
            self._room += 1
            if self._line:
                job = self._line.popleft()
            else:
                self._idle.append(getcurrent())
                del job  # and with it what was read
                job = _leave()


def _do(job: Job, read: Read) -> None:
    """Do a job, and nothing of it if whoever wanted it has gone."""
    work, answer, context = job
    if answer.done():
        return
    try:
        getcurrent().gr_context = context
        result = work(read)
        if not answer.done():
            answer.set_result(result)
    except BaseException as error:  # noqa: BLE001  # it is raised where it is waited for
        if not answer.done():
            answer.set_exception(error)
    finally:
        del answer, job  # else they and the error would refer to each other


class _Place:
    """A place for a connection, opened when it is first needed and again when it is broken."""

    def __init__(self, open_: Callable[[], LoopConnection], in_thread: InThread) -> None:
        self._open = open_
        self._in_thread = in_thread
        self._connection: LoopConnection | None = None
        self._closed = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` on the connection, tried again if it was broken."""
        return retried(self._usable, work)

    def close(self) -> None:
        """Close the connection for good."""
        self._closed = True
        if self._connection is not None:
            self._connection.close()

    def _usable(self) -> LoopConnection:
        if self._closed:
            raise Unavailable("the database is being closed")
        if self._connection is not None and self._connection.raw.closed:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = _wait_for(asyncio.ensure_future(self._in_thread(self._open)))
            self._connection.attach(asyncio.get_running_loop())
            if self._closed:  # meanwhile
                self._connection.close()
        return self._connection

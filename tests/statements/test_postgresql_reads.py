"""Reads in the event loop: it never waits, and neither lost connections nor clients do harm."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import uvloop
from sqlalchemy import text

from statements.errors import Overloaded, Unavailable
from statements.opening import open_database
from statements.postgresql_reads import WAITING_A_CONNECTION
from tests.plugins.postgresql import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from statements.connection import Connection, Read
    from statements.loops import Reads

T = TypeVar("T")

ONE = text("SELECT 1")
BACKEND = text("SELECT pg_backend_pid()")
LOCKED = text("SELECT 2 FROM (SELECT pg_advisory_xact_lock(1)) AS waited")
LONG = text("SELECT repeat('x', 20000000) WHERE length(:given) > 0")


async def in_thread(work: Callable[[], T]) -> T:
    """Do what would keep the loop waiting."""
    return await asyncio.to_thread(work)


def use(url: str, body: Callable[[Reads], Coroutine[Any, Any, T]], most: int = 2) -> T:
    """Use reads of a database in an event loop, then close them."""

    async def whole(reads: Reads) -> T:
        try:
            return await asyncio.wait_for(body(reads), 60)
        finally:
            reads.close()

    with closing(open_database(url)) as database:
        return uvloop.run(whole(database.reads(most, in_thread)))  # as the server does


def asking(query: Any, **parameters: object) -> Callable[[Read], Any]:  # noqa: ANN401  # any SQL
    """Make a work that asks for one value."""

    def work(connection: Connection) -> object:
        return connection.rows(query, **parameters)[0][0]

    return lambda read: read(work)


def test_a_work_may_read_several_times(postgresql_database: str) -> None:
    def work(read: Read) -> list[int]:
        return [read(lambda connection: connection.rows(ONE)[0][0]) for _ in range(3)]

    assert use(postgresql_database, lambda reads: reads.run(work)) == [1, 1, 1]


def test_other_reads_and_the_loop_go_on_while_one_waits(postgresql_database: str) -> None:
    """A lock keeps the first waiting until the others are done."""

    async def body(reads: Reads) -> list[int]:
        waiting = asyncio.create_task(reads.run(asking(LOCKED)))
        done = [await reads.run(asking(ONE)) for _ in range(5)]
        assert not waiting.done()
        await asyncio.to_thread(holder.execute, "SELECT pg_advisory_unlock(1)")
        return [*done, await waiting]

    with closing(connect(postgresql_database)) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        assert use(postgresql_database, body) == [1] * 5 + [2]


def test_what_is_large_goes_and_comes_whole(postgresql_database: str) -> None:
    async def body(reads: Reads) -> int:
        return len(await reads.run(asking(LONG, given="x" * 20_000_000)))

    assert use(postgresql_database, body) == 20_000_000


def test_an_error_is_raised_where_the_read_is_waited_for(postgresql_database: str) -> None:
    async def body(reads: Reads) -> int:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await reads.run(lambda read: read(lambda _: 1 // 0))
        result: int = await reads.run(asking(ONE))
        return result

    assert use(postgresql_database, body, most=1) == 1


def test_more_than_can_wait_are_turned_away_and_a_place_is_given_back(
    postgresql_database: str,
) -> None:
    async def body(reads: Reads) -> list[int]:
        asked = 1 + WAITING_A_CONNECTION
        waiting = [asyncio.create_task(reads.run(asking(LOCKED))) for _ in range(asked)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await reads.run(asking(ONE))
        await asyncio.to_thread(holder.execute, "SELECT pg_advisory_unlock(1)")
        assert await asyncio.gather(*waiting) == [2] * asked
        return [await reads.run(asking(ONE))]

    with closing(connect(postgresql_database)) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        assert use(postgresql_database, body, most=1) == [1]


def test_who_stops_waiting_does_no_harm_and_nothing_is_begun_for_them(
    postgresql_database: str,
) -> None:
    begun: list[object] = []

    async def body(reads: Reads) -> int:
        tasks = [asyncio.create_task(reads.run(work)) for work in (asking(LOCKED), begun.append)]
        await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(holder.execute, "SELECT pg_advisory_unlock(1)")
        result: int = await reads.run(asking(ONE))
        return result

    with closing(connect(postgresql_database)) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        assert use(postgresql_database, body, most=1) == 1
    assert begun == []


def test_a_connection_that_the_server_ended_while_idle_is_not_used_again(
    postgresql_database: str,
) -> None:
    async def body(reads: Reads) -> tuple[int, int]:
        before = await reads.run(asking(BACKEND))
        await asyncio.to_thread(end_session, postgresql_database, before)
        return before, await reads.run(asking(BACKEND))

    before, after = use(postgresql_database, body, most=1)
    assert before != after


def test_a_read_whose_connection_breaks_is_done_on_another(postgresql_database: str) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> int:
        attempts.append(connection.rows(BACKEND)[0][0])
        return int(connection.rows(LOCKED)[0][0])

    async def body(reads: Reads) -> int:
        waiting = asyncio.create_task(reads.run(lambda read: read(work)))
        while not attempts:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(end_session, postgresql_database, attempts[0])
        await asyncio.to_thread(holder.execute, "SELECT pg_advisory_unlock(1)")
        return await waiting

    with closing(connect(postgresql_database)) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        assert use(postgresql_database, body, most=1) == 2
    assert len(set(attempts)) == 2


def test_a_server_that_goes_without_having_listened_keeps_nobody_waiting(
    postgresql_database: str,
) -> None:
    """What it has not read makes an error of the end, which libuv tells once."""

    async def body(reads: Reads) -> object:
        backend = await reads.run(asking(BACKEND))
        os.kill(backend, signal.SIGSTOP)
        waiting = asyncio.create_task(reads.run(asking(ONE)))
        await asyncio.sleep(0.1)  # it is sent
        os.kill(backend, signal.SIGTERM)
        os.kill(backend, signal.SIGCONT)
        time.sleep(0.5)  # its last word and its end come in one turn of the loop
        return await asyncio.wait_for(waiting, 10)

    assert use(postgresql_database, body, most=1) == 1


def test_who_waits_is_told_when_the_reads_are_closed(postgresql_database: str) -> None:
    async def body(reads: Reads) -> None:
        waiting = [asyncio.create_task(reads.run(asking(LOCKED))) for _ in range(3)]
        await reads.run(asking(ONE))
        reads.close()
        for task in waiting:
            with pytest.raises(Unavailable):
                await task

    with closing(connect(postgresql_database)) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        use(postgresql_database, body, most=4)


def test_a_work_sees_the_context_of_whoever_asked(postgresql_database: str) -> None:
    who = contextvars.ContextVar("who", default="nobody")

    def work(connection: Connection) -> str:
        connection.rows(ONE)
        return who.get()

    async def ask(reads: Reads, name: str) -> str:
        who.set(name)
        return await reads.run(lambda read: read(work))

    async def body(reads: Reads) -> list[str]:
        return await asyncio.gather(*(ask(reads, str(number)) for number in range(5)))

    assert use(postgresql_database, body) == [str(number) for number in range(5)]


def end_session(url: str, pid: int) -> None:
    """End a session on the server, and wait until it has."""
    with closing(connect(url)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

"""The pool of threads: what its jobs answer, how many may wait, and how it ends."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from lrs.threads import WAITING_A_THREAD, Threads
from statements.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def with_threads(count: int, use: Callable[[Threads], Coroutine[Any, Any, T]]) -> T:
    """Use a pool in an event loop, then close it."""
    threads = Threads(count, "test")
    try:
        return asyncio.run(use(threads))
    finally:
        threads.close()


def test_a_job_is_done_in_another_thread_and_its_result_comes_back() -> None:
    async def use(threads: Threads) -> str:
        return await threads.run(lambda: threading.current_thread().name)

    assert with_threads(1, use) == "test_0"


def test_an_error_is_raised_where_the_job_is_waited_for_and_the_thread_goes_on() -> None:
    async def use(threads: Threads) -> str:
        with pytest.raises(ValueError, match="lost"):
            await threads.run(lambda: int("lost"))
        with pytest.raises(SystemExit):
            await threads.run(lambda: exit_with(3))
        return await threads.run(lambda: "done")

    assert with_threads(1, use) == "done"


def exit_with(status: int) -> None:
    """End the program, or so it thinks."""
    raise SystemExit(status)


def test_more_than_can_wait_are_turned_away_and_a_place_is_given_back() -> None:
    async def use(threads: Threads) -> list[int]:
        go = threading.Event()
        waiting = [asyncio.create_task(threads.run(go.wait)) for _ in range(1 + WAITING_A_THREAD)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await threads.run(lambda: 1)
        go.set()
        await asyncio.gather(*waiting)
        return [await threads.run(lambda: 1)]

    assert with_threads(1, use) == [1]


def test_who_stops_waiting_does_no_harm() -> None:
    async def use(threads: Threads) -> int:
        go = threading.Event()
        given_up = asyncio.create_task(threads.run(go.wait))
        await asyncio.sleep(0)
        given_up.cancel()
        go.set()
        return await threads.run(lambda: 2)

    assert with_threads(1, use) == 2

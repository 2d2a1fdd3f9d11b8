"""Deadlines: each item its own time, one timer for all."""

from __future__ import annotations

import asyncio
from time import monotonic

from lrs.deadlines import Deadlines


def test_what_is_not_discarded_in_time_is_reported_once_in_order() -> None:
    async def run() -> list[str]:
        overdue: list[str] = []
        done = asyncio.Event()

        def note(item: str) -> None:
            overdue.append(item)
            if item == "last":
                done.set()

        deadlines = Deadlines(0.05, note)
        for item in ("first", "gone", "second"):
            deadlines.add(item)
        deadlines.discard("gone")
        await asyncio.sleep(0)
        deadlines.add("last")
        await asyncio.wait_for(done.wait(), 5)
        return overdue

    assert asyncio.run(run()) == ["first", "second", "last"]


def test_adding_again_starts_the_time_anew() -> None:
    async def run() -> float:
        done = asyncio.Event()
        deadlines: Deadlines[str] = Deadlines(0.1, lambda _: done.set())
        deadlines.add("item")
        await asyncio.sleep(0.05)
        deadlines.discard("item")
        started_at = monotonic()
        deadlines.add("item")
        await asyncio.wait_for(done.wait(), 5)
        return monotonic() - started_at

    assert asyncio.run(run()) >= 0.09


def test_nothing_is_left_running_when_nothing_is_due() -> None:
    async def run() -> bool:
        overdue: list[int] = []
        deadlines = Deadlines(0.02, overdue.append)
        deadlines.add(1)
        deadlines.discard(1)
        deadlines.discard(1)
        await asyncio.sleep(0.05)
        deadlines.add(2)
        await asyncio.sleep(0.05)
        return overdue == [2]

    assert asyncio.run(run())

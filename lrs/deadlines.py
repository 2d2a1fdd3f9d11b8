"""Deadlines of many running things with one timer."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls `on_overdue(item)` for each item not discarded within `seconds` of being added.

    Every item gets the same time, so the oldest is always the next one due: adding and discarding
    are dictionary operations, and one timer follows the oldest. For use in one event loop.
    """

    def __init__(self, seconds: float, on_overdue: Callable[[T], None]) -> None:
        self._seconds = seconds
        self._on_overdue = on_overdue
        self._due: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, item: T) -> None:
        """Give `item` its time, starting now."""
        self._due[item] = monotonic() + self._seconds
        if self._timer is None:
            self._arm(self._seconds)

    def discard(self, item: T) -> None:
        """Forget `item`: it is done, or waits for somebody else."""
        self._due.pop(item, None)

    def _arm(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._check)

    def _check(self) -> None:
        self._timer = None
        now = monotonic()
        while self._due:
            item, due = next(iter(self._due.items()))
            if due > now:
                self._arm(due - now)
                return
            del self._due[item]
            self._on_overdue(item)

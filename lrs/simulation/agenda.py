"""What is going to happen, and when."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Agenda:
    """Things to do at an instant; of the same instant, the first noted comes first."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._noted = 0

    def __bool__(self) -> bool:
        return bool(self._entries)

    def note(self, at: int, task: Callable[..., None], *arguments: object) -> None:
        """Do `task(world, at, *arguments)` at that instant."""
        self._noted += 1
        heappush(self._entries, (at, self._noted, task, arguments))

    @property
    def earliest(self) -> int:
        """The instant of the next entry."""
        return self._entries[0][0]

    def next(self) -> tuple[int, Callable[..., None], tuple[object, ...]]:
        """Take the earliest entry out: instant, task, arguments."""
        at, _, task, arguments = heappop(self._entries)
        return at, task, arguments

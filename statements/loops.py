"""Reads and appends as an event loop asks for them: they never keep it waiting for long."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from statements.connection import Connection, Read

T = TypeVar("T")


class InThread(Protocol):
    """A way to have something done in a thread, for what would keep an event loop waiting."""

    def __call__(self, work: Callable[[], T], /) -> Coroutine[Any, Any, T]:
        """Result of `work`."""


class Append(Protocol):
    """A database's way to append, however long it takes."""

    def __call__(self, work: Callable[[Connection, int], T], /) -> T:
        """Result of `work`."""


class Reads(ABC):
    """A way to read."""

    @abstractmethod
    async def run(self, work: Callable[[Read], T]) -> T:
        """Result of `work`, which is given a way to read, and may read several times.

        Raises:
            Overloaded: too many are waiting for their turn.

        """

    @abstractmethod
    def close(self) -> None:
        """Close what only these reads use; to be called in the event loop."""


class Appends(ABC):
    """A way to append, one after the other; `work` is safe to repeat.

    Args:
        append: of the database.
        in_thread: has a thread for them alone.

    """

    def __init__(self, append: Append, in_thread: InThread) -> None:
        self._append = append
        self._in_thread = in_thread

    @abstractmethod
    async def soon(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work`, done in the event loop itself, as `Database.append` has it.

        Raises:
            TakesTime: that would keep the loop waiting.

        """

    async def in_thread(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work`, however long it takes."""
        return await self._in_thread(lambda: self._append(work))

    def close(self) -> None:  # noqa: B027  # most use the database's own connections
        """Close what only these appends use; to be called in the event loop."""

"""What the store asks of a database.

Work is handed over as a function of a connection, so that it can be tried again where that is safe:
a read after a broken connection, an append after an unknown commit (its ids are fixed beforehand).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from statements.connection import Connection, Read
    from statements.loops import Appends, InThread, Reads

from statements.connection import AlreadyThere

T = TypeVar("T")


def tried_twice(attempt: Callable[[], T]) -> T:
    """Result of an attempt that is made again, once, if it raises AlreadyThere."""
    with suppress(AlreadyThere):
        return attempt()
    return attempt()


class Database(ABC):
    """A place to keep the log: SQLite in a file, or PostgreSQL."""

    name: str
    """`sqlite` or `postgresql`, as in the names of the migration files."""

    local: bool
    """A look-up by key takes microseconds: no thread need wait for it (`read_at_once`)."""

    closed: bool = False

    def missing(self) -> str:
        """Where the database should be and is not, else nothing. Opening it might make it."""
        return ""

    @abstractmethod
    def read(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` on this thread's reading connection; tried again if that was broken."""

    @abstractmethod
    def read_at_once(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` if it can be had within a few milliseconds, so that no thread is needed.

        Raises:
            TakesTime: it can't, or the database is not local; nothing but time was lost.

        """

    @abstractmethod
    def reads(self, most: int, in_thread: InThread) -> Reads:
        """Reads for one event loop, `most` at a time."""

    def stamp(self) -> int | None:
        """A number that is another one as soon as anybody has changed anything.

        To be called in one thread, and only compared with what it answered there before. None where
        the database can't tell within microseconds.
        """
        return None

    @abstractmethod
    def append(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work` in a transaction that holds the append lock, once committed and durable.

        Whoever holds the lock is alone in giving positions. `work` gets the time at which the lock
        was got (microseconds since 1970) and must be safe to repeat: it is done once more if it
        raises AlreadyThere.
        """

    @abstractmethod
    def appends(self, in_thread: InThread) -> Appends:
        """Appends for one event loop; `in_thread` has a thread for them alone."""

    @abstractmethod
    def quiet_since(self, read: Read | None = None) -> int | None:
        """A moment (microseconds since 1970) at which no append was under way anywhere.

        If the database has to be asked, that is done by `read`.

        Whatever is stored up to that moment can be read from now on, since an append takes its
        time under the lock. None while an append is under way.
        """

    @abstractmethod
    def write(self, work: Callable[[Connection], T], *, lock: bytes = b"") -> T:
        """Result of `work` in a read-write transaction, alone among those with the same `lock`."""

    @abstractmethod
    def alone(self, doing: bytes) -> AbstractContextManager[bool]:
        """Whether no other process is doing this, which nobody waits for; until it is left."""

    @abstractmethod
    def snapshot(self, work: Callable[[Connection], T]) -> T:
        """Result of `work` on a connection of its own that sees one state of the database."""

    @abstractmethod
    def has_table(self, connection: Connection, name: str) -> bool:
        """Whether the table exists."""

    @abstractmethod
    def listen(self, channel: str, begin: Callable[[], None]) -> Iterator[str]:
        """Announcements of a channel, waited for until the database is closed.

        `begin` is called once, when none can be missed any more. Ends at once where the database
        announces nothing.

        Raises:
            Unavailable: the connection broke; announcements may have been missed.

        """

    @abstractmethod
    def size_bytes(self) -> int:
        """Bytes on disk, indexes included."""

    def checkpoint(self) -> None:  # noqa: B027  # PostgreSQL has a process for it
        """Move what was committed to its final place, beside whoever reads and writes.

        To be called in one thread.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

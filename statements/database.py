"""What the store asks of a database.

Work is handed over as a function of a connection, so that it can be tried again where that is safe:
a read after a broken connection, an append after an unknown commit (its ids are fixed beforehand).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.sql import Executable

T = TypeVar("T")
Row = tuple[Any, ...]

if TYPE_CHECKING:
    Answer = Callable[[], list[Row]]
    """Rows of a query that was asked before, waited for if they are not there yet."""


class TakesTime(Exception):
    """What was to be done at once takes longer than that."""


class AlreadyThere(Exception):
    """A row that was to be new is there already; the transaction is of no more use."""


class Held(TakesTime):
    """Somebody else holds a lock that is needed, for some milliseconds as a rule."""


class Connection(ABC):
    """One database connection inside one unit of work."""

    def rows(self, query: Executable, **parameters: object) -> list[Row]:
        """All rows of a query, its bind parameters given by name."""
        return self.select(query, parameters)

    @abstractmethod
    def select(self, query: Executable, parameters: dict[str, object]) -> list[Row]:
        """The same, for whoever has the parameters together."""

    @abstractmethod
    def numbers(self, query: Executable, **parameters: object) -> list[int]:
        """The one column of a query, which is called `number`: many whole numbers, in any order."""

    @abstractmethod
    def contents(self, query: Executable, **parameters: object) -> list[tuple[int, bytes]]:
        """The two columns of a query, which are called `number` and `content`, in any order."""

    @abstractmethod
    def execute(self, query: Executable, **parameters: object) -> int:
        """Run a data change; the number of rows it touched."""

    @abstractmethod
    def script(self, sql: str) -> None:
        """Run a migration's statements in the current transaction."""

    @abstractmethod
    def insert(self, table: Table, rows: Sequence[Row], *, if_absent: bool = False) -> None:
        """Insert rows (values in the order of the table's columns) in as few steps as possible."""

    @abstractmethod
    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows of which none may be there; AlreadyThere if a unique index has one."""

    @abstractmethod
    def find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> list[Row]:
        """`columns` of the rows whose column `by` is one of `values`."""

    @abstractmethod
    def replace(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, each in the place of the one with its primary key, if there is one."""

    @abstractmethod
    def fetch(self, table: Table, keys: Sequence[Row]) -> list[Row]:
        """Rows that have one of the keys: values of the primary key, or of its first columns.

        All keys are of one length.
        """

    @abstractmethod
    def fetch_between(self, table: Table, spans: Sequence[Row]) -> list[Row]:
        """Rows of spans `(*key, low, high)`: first columns of the primary key, then the next one.

        Beside those from low to high, both included, the last one before low, if there is any.
        All keys are of one length, each there once.
        """

    @abstractmethod
    def remove(self, table: Table, keys: Sequence[Row]) -> None:
        """Delete the rows that `fetch` would find."""

    @abstractmethod
    def stream(self, query: Executable, **parameters: object) -> Iterator[Row]:
        """Rows of a query one by one, in constant memory."""

    def ask(self, query: Executable, **parameters: object) -> Answer:
        """Rows of a query, to be called for: what is asked before the first call goes together."""
        rows = self.select(query, parameters)
        return lambda: rows

    def ask_find(
        self, by: Column[Any], values: Iterable[object], *columns: ColumnElement[Any]
    ) -> Answer:
        """What `find` gives, asked for as by `ask`."""
        rows = self.find(by, values, *columns)
        return lambda: rows

    def commit_without_waiting(self) -> None:  # noqa: B027  # a file is opened so, or not
        """Let this transaction be lost with the power, whole, if it is soon after its commit."""

    def take_time(self) -> None:  # noqa: B027  # most connections have time
        """Say that what comes may take long. Raises TakesTime on a connection in a hurry."""

    def row(self, query: Executable, **parameters: object) -> Row | None:
        """First row of a query, if any."""
        found = self.select(query, parameters)
        return found[0] if found else None


def tried_twice(attempt: Callable[[], T]) -> T:
    """Result of an attempt that is made again, once, if it raises AlreadyThere."""
    with suppress(AlreadyThere):
        return attempt()
    return attempt()


class Read(Protocol):
    """A way to read: in a moment or not at all, or however long it takes."""

    def __call__(self, work: Callable[[Connection], T], /) -> T:
        """Result of `work` on a reading connection."""


class InThread(Protocol):
    """A way to have something done in a thread, for what would keep an event loop waiting."""

    def __call__(self, work: Callable[[], T], /) -> Coroutine[Any, Any, T]:
        """Result of `work`."""


class Reads(ABC):
    """Reads as an event loop asks for them: they never keep it waiting for long."""

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
    """Appends as an event loop asks for them, one after the other; `work` is safe to repeat.

    Args:
        database: where to.
        in_thread: has a thread for them alone.

    """

    def __init__(self, database: Database, in_thread: InThread) -> None:
        self._database = database
        self._in_thread = in_thread

    @abstractmethod
    async def soon(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work`, done in the event loop itself, as `Database.append` has it.

        Raises:
            TakesTime: that would keep the loop waiting.

        """

    async def in_thread(self, work: Callable[[Connection, int], T]) -> T:
        """Result of `work`, however long it takes."""
        return await self._in_thread(lambda: self._database.append(work))

    def close(self) -> None:  # noqa: B027  # most use the database's own connections
        """Close what only these appends use; to be called in the event loop."""


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

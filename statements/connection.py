"""What one unit of work asks of a database, through a connection that is its own meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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

    def is_distributed(self) -> bool:
        """Whether a commit arrives at one shard after the other: on the coordinator of Citus."""
        return False

    def row(self, query: Executable, **parameters: object) -> Row | None:
        """First row of a query, if any."""
        found = self.select(query, parameters)
        return found[0] if found else None


class Read(Protocol):
    """A way to read: in a moment or not at all, or however long it takes."""

    def __call__(self, work: Callable[[Connection], T], /) -> T:
        """Result of `work` on a reading connection."""

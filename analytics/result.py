"""What a query answers, batch by batch, until it ends, is cancelled or goes beyond its limits."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa

from analytics.errors import BadQuery, LakeError, QueryStopped, QueryTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

BATCH_ROWS = 16_384


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise what DuckDB says as an error of this room."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise _translated(error) from None


def _translated(error: Exception) -> LakeError:
    text = str(error).strip()  # Arrow passes on the text and loses the type
    if isinstance(error, duckdb.InterruptException) or text.startswith("INTERRUPT Error"):
        return QueryStopped("the query was cancelled")
    if isinstance(error, duckdb.OutOfMemoryException) or text.startswith("Out of Memory Error"):
        return QueryTooLarge(f"the query needs more memory than it may have: {text}")
    if isinstance(error, duckdb.PermissionException):
        return BadQuery(f"a query can read the views and nothing else: {text}")
    return BadQuery(text)


def _relation(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Sequence[object] | Mapping[str, object],
) -> duckdb.DuckDBPyRelation:
    try:
        return cursor.sql(sql, params=parameters or None)
    except (duckdb.BinderException, duckdb.CatalogException):
        # It does not say where the query is wrong; this way, which fails alike, DuckDB does.
        cursor.execute(sql, parameters or None)
        raise


class Result:
    """Rows that come as they are asked for. To be closed, or gone through to its end.

    Args:
        cursor: a connection of its own.
        sql: the query.
        parameters: of the query.
        seconds: that it may take.
        rows: that it may answer.

    """

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sql: str,
        parameters: Sequence[object] | Mapping[str, object],
        seconds: float | None,
        rows: int | None,
    ) -> None:
        self._cursor = cursor
        self._rows_left = rows
        self._closed: Callable[[], None] = lambda: None
        self._too_long = f"the query took longer than {seconds:g} s" if seconds else ""
        self._timed_out = False
        self._timer = Timer(seconds, self._time_out) if seconds else None
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        try:
            with self._watched():
                relation = _relation(cursor, sql, parameters)
                self._reader: Any = relation.to_arrow_reader(BATCH_ROWS)
                self._first = next(self._reader, None)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns, as Arrow's."""
        return self._reader.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, once.

        Raises:
            QueryTooLarge: there are more of them than there may be, or they need more memory.
            QueryStopped: the query took too long, or was cancelled.
            BadQuery: a row can't be computed.

        """
        try:
            batch, self._first = self._first, None
            while batch is not None:
                self._count(batch.num_rows)
                yield batch
                with self._watched():
                    batch = next(self._reader, None)
        finally:
            self.close()

    def table(self) -> pa.Table:
        """All rows. Raises what `batches` raises."""
        return pa.Table.from_batches(list(self.batches()), self.schema)

    def cancel(self) -> None:
        """Stop the query, from any thread: whoever waits for its rows gets QueryStopped."""
        self._cursor.interrupt()

    def close(self) -> None:
        """Give back what the query holds."""
        if self._timer is not None:
            self._timer.cancel()
        self._cursor.close()
        self._closed()

    def when_closed(self, tell: Callable[[], None]) -> None:
        """Have this called when the query is over."""
        self._closed = tell

    def _time_out(self) -> None:
        self._timed_out = True
        self._cursor.interrupt()

    def _count(self, rows: int) -> None:
        if self._rows_left is not None:
            self._rows_left -= rows
            if self._rows_left < 0:
                raise QueryTooLarge("the query answers more rows than it may: add a LIMIT")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            with in_our_words():
                yield
        except QueryStopped:
            if self._timed_out:
                raise QueryStopped(self._too_long) from None
            raise

"""Writing a segment: Parquet, zstd, row groups that an engine can skip by their minima and maxima.

Encoding and compressing happen in a thread beside the one that makes the rows: Arrow does them
without the interpreter. Rows stay in the order of the log, which is nearly that of time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
from pyarrow import parquet

from analytics.columns import UNIQUE
from analytics.manifest import Segment

if TYPE_CHECKING:
    from concurrent.futures import Future

    from analytics.store import Store

ROW_GROUP_ROWS = 65_536
"""An engine reads and skips by row groups, and works at one in each thread. About 100 MB of JSON,
of which two are in memory: one is filled while the other is compressed."""

COMPRESSION_LEVEL = (
    3  # 6 takes three times as long for a seventh less (docs/decisions/0018-lake.md)
)
PAGE_BYTES = 4 * 1024 * 1024  # of JSON: one zstd window finds more in it than in Parquet's 1 MiB


class SegmentWriter:
    """Writes one segment; to be used in a `with`, and closed by `finish` if all went well.

    Args:
        store: where to.
        staged: prefix of the path while it is not in place.
        path: its path in the lake.
        schema: its columns.

    """

    def __init__(self, store: Store, staged: str, path: str, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._writing: Future[None] | None = None
        self.rows = 0
        with ExitStack() as stack:
            self._thread = stack.enter_context(ThreadPoolExecutor(1, "segment"))
            self._sink = stack.enter_context(store.create(staged + path))
            self._parquet = stack.enter_context(_parquet_writer(self._sink, schema))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.__exit__(*error)  # type: ignore[arg-type]  # as it was given

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self.rows += batch.num_rows
        if self._waiting_rows >= ROW_GROUP_ROWS:
            self._flush()

    def finish(self, **facts: Any) -> Segment:  # noqa: ANN401  # what a Segment has beside its file
        """Write what waits and end the file; the segment with these facts."""
        if self._waiting_rows:
            self._flush()
        self._await()
        self._parquet.close()
        size_bytes = self._sink.tell()
        self._stack.close()
        return Segment(self._path, self.rows, size_bytes, **facts)

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting, self._waiting_rows = [], 0
        self._await()
        self._writing = self._thread.submit(self._parquet.write_table, table, table.num_rows)

    def _await(self) -> None:
        """Wait for the row group before; what went wrong with it goes wrong here."""
        if self._writing is not None:
            self._writing.result()


def _parquet_writer(sink: Any, schema: pa.Schema) -> parquet.ParquetWriter:  # noqa: ANN401
    alike = [field.name for field in schema if field.name not in UNIQUE]
    return parquet.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=[_leaf(schema.field(name)) for name in alike],
        write_statistics=[_leaf(field) for field in schema if field.name != "statement"],
        data_page_size=PAGE_BYTES,
        coerce_timestamps="us",
    )


def _leaf(field: pa.Field) -> str:
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else str(field.name)

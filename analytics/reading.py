"""Reading the segments of a state of the lake back, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyarrow import parquet

from analytics.lake import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from analytics.manifest import Manifest, Segment
    from analytics.store import Store


class Segments:
    """The segments of a state of the lake.

    Args:
        store: where they lie.
        manifest: says which they are.

    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store = store
        self._places = locate(store, manifest)

    def batches(
        self, segment: Segment, rows: int, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a segment, so many at a time; all columns unless some are named."""
        path = self._store.whole_path(self._places[segment.path])
        with self._store.filesystem.open_input_file(path) as file:
            whole = parquet.ParquetFile(file, pre_buffer=False)
            yield from whole.iter_batches(rows, columns=columns)

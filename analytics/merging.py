"""Small segments become large ones, so that a month is a few files, however often it was exported.

A segment is merged with those before it as long as they are not much larger: so a row is written
anew once for each doubling, and of n exports of equal size about log2(n) segments are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from analytics import columns, log_export
from analytics.log_export import segment_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from analytics.lake import Lake
    from analytics.manifest import Segment

MUCH_LARGER = 2
BATCH_ROWS = 8_192


class Run(NamedTuple):
    """Segments that follow one another: those from `start` up to, without, `stop`."""

    start: int
    stop: int


def plan_merge(segments: Sequence[Segment]) -> Run | None:
    """Which segments at the end of the table are to become one; None if they are well as they are.

    Those of a month that is over are merged by the first export of the next one: that is the last
    time that they are near the end.
    """
    for end in _ends_of_months(segments):
        run = _merge_before(segments, end)
        if run.stop - run.start > 1:
            return run
    return None


def _ends_of_months(segments: Sequence[Segment]) -> Iterator[int]:
    """Where the last month ends, and the one before it."""
    months = 0
    for index in range(len(segments), 0, -1):
        if index == len(segments) or segments[index].month != segments[index - 1].month:
            yield index
            months += 1
        if months == 2:  # noqa: PLR2004  # see plan_merge
            return


def _merge_before(segments: Sequence[Segment], stop: int) -> Run:
    """The longest run that ends before `stop` and is worth merging."""
    best = start = stop - 1
    rows = segments[start].rows
    while start > 0 and segments[start - 1].month == segments[stop - 1].month:
        start -= 1
        before = segments[start].rows
        if rows + before > log_export.SEGMENT_ROWS:
            break
        if before <= MUCH_LARGER * rows:
            best = start
        rows += before
    return Run(best, stop)


def merge(lake: Lake, segments: Sequence[Segment]) -> Segment:
    """Stage one segment with the rows of several, which follow one another."""
    return _copy(lake, segments, lambda batch: batch)


def holding(lake: Lake, segment: Segment, positions: Collection[int]) -> int:
    """How many of these positions a segment has rows of."""
    here = _within(segment, positions)
    if not len(here):
        return 0
    batches = _batches(lake, segment, ["position"])
    return sum(pc.sum(pc.is_in(each["position"], here)).as_py() or 0 for each in batches)


def without(lake: Lake, segment: Segment, positions: Collection[int]) -> Segment:
    """Stage a segment without some of its rows."""
    dropped = _within(segment, positions)

    def keep(batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.filter(pc.invert(pc.is_in(batch["position"], dropped)))

    return _copy(lake, [segment], keep)


def _within(segment: Segment, positions: Collection[int]) -> pa.Array:
    here = [each for each in positions if segment.first <= each <= segment.last]
    return pa.array(sorted(here), pa.int64())


def _copy(
    lake: Lake,
    segments: Sequence[Segment],
    change: Callable[[pa.RecordBatch], pa.RecordBatch],
) -> Segment:
    first, last, month = segments[0].first, segments[-1].last, segments[0].month
    with lake.stage(segment_path(lake, month, first), columns.SCHEMA) as writer:
        for segment in segments:
            for batch in _batches(lake, segment):
                writer.write(change(batch))
        return writer.finish(first=first, last=last, month=month)


def _batches(
    lake: Lake, segment: Segment, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    path = lake.store.whole_path(lake.whereabouts(segment))
    with lake.store.filesystem.open_input_file(path) as file:
        whole = parquet.ParquetFile(file, pre_buffer=False)
        yield from whole.iter_batches(BATCH_ROWS, columns=columns)

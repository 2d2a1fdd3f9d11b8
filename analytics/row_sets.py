"""Comparing rows that stand in any order."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Row = tuple[Any, ...]


def first_difference(
    lake: Callable[[], Iterable[pa.RecordBatch]], source: Callable[[], Iterable[pa.RecordBatch]]
) -> str:
    """Says how the rows differ, empty if they do not. Both are read twice if they do."""
    if _digest(lake()) == _digest(source()):
        return ""
    counts = Counter(map(repr, _rows(lake())))
    counts.subtract(map(repr, _rows(source())))
    extra = sorted(row for row, count in counts.items() if count > 0)
    missing = sorted(row for row, count in counts.items() if count < 0)
    first = f"is not in the lake: {missing[0]}" if missing else f"is in the lake alone: {extra[0]}"
    return f"{len(missing) + len(extra)} rows differ; the first one {first}"


def _digest(batches: Iterable[pa.RecordBatch]) -> tuple[int, int]:
    """Number and sum of hashes: alike for the same rows in any order, in constant memory."""
    number = total = 0
    for row in _rows(batches):
        number += 1
        total += int.from_bytes(blake2b(repr(row).encode(), digest_size=16).digest())
    return number, total


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    for batch in batches:
        yield from zip(*map(_values, batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    # Instants as numbers: a datetime takes ten times as long.
    values: list[Any] = (
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
    ).to_pylist()
    return values

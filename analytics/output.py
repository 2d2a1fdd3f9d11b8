"""How an answer is written: for people, for spreadsheets, for programs."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from analytics.cells import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from analytics.result import Result

SHOWN_ROWS = 1_000  # in a table for people: nobody reads on
SHOWN_CHARACTERS = 60  # of a cell


def write_table(result: Result, sink: BinaryIO) -> None:
    """A table of aligned columns, the first rows of it."""
    names = result.schema.names
    rows = chain.from_iterable(batch.to_pylist() for batch in result.batches())
    first = [[_shown(row[name]) for name in names] for row in islice(rows, SHOWN_ROWS)]
    sink.write(align(names, first).encode())
    if next(rows, None) is not None:
        sink.write(f"... and more: these are the first {SHOWN_ROWS:,} rows\n".encode())
    result.close()


def write_csv(result: Result, sink: BinaryIO) -> None:
    """CSV with a line of names; lists and structures are JSON, no text is a formula."""
    sink.writelines(csv_parts(result))


def write_json(result: Result, sink: BinaryIO) -> None:
    """An array of objects, one a line."""
    sink.writelines(json_parts(result))


def write_parquet(result: Result, sink: BinaryIO) -> None:
    """Parquet, zstd."""
    with parquet.ParquetWriter(sink, result.schema, compression="zstd") as writer:
        for batch in result.batches():
            writer.write_batch(batch)


def write_arrow(result: Result, sink: BinaryIO) -> None:
    """A stream of Arrow's."""
    with pa.ipc.new_stream(sink, result.schema) as writer:
        for batch in result.batches():
            writer.write_batch(batch)


FORMATS: dict[str, Callable[[Result, BinaryIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "parquet": write_parquet,
    "arrow": write_arrow,
}


def csv_parts(result: Result) -> Iterator[bytes]:
    """CSV, a part for each batch."""
    names = result.schema.names
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(map(harmless, names))  # PIVOT makes names of values
    for batch in result.batches():
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows(map(_cells, zip(*columns, strict=True)))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def json_parts(result: Result) -> Iterator[bytes]:
    """JSON, a part for each batch."""
    before = b"[\n"
    for batch in result.batches():
        lines = [
            orjson.dumps(row, default=_plain, option=orjson.OPT_UTC_Z) for row in batch.to_pylist()
        ]
        if lines:
            yield before + b",\n".join(lines)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _object(row: dict[str, Any]) -> bytes:
    return orjson.dumps(row, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever Arrow has
    """A value that JSON has no word for, by one that it has."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _cells(row: tuple[Any, ...]) -> list[Any]:
    return [cell_text(value) for value in row]


def cell_text(value: Any) -> str:  # noqa: ANN401  # whatever Arrow has
    """A value as CSV has it: no text is a formula."""
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else _text(value)


def _text(value: Any) -> str:  # noqa: ANN401  # whatever Arrow has
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, list | dict | bytes | timedelta):
        return orjson.dumps(value, default=_plain).decode()
    return str(value)


def _shown(value: Any) -> str:  # noqa: ANN401  # whatever Arrow has
    if value is None:
        return ""
    text = " ".join(_text(value).split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def align(names: list[str], rows: list[list[str]]) -> str:
    """Columns as wide as their widest cell, under their names and a line."""
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    ruler = ["-" * width for width in widths]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (names, ruler, *rows)
    ]
    return "\n".join(lines) + "\n"

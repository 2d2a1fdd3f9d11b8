"""A town over and over, each time with other people: a large lake, and a copy of its log."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from analytics.lake import Lake
from analytics.log_export import CHUNK_STATEMENTS, SEGMENT_ROWS, segment_path
from analytics.manifest import STATEMENTS, Table
from analytics.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analytics.manifest import Segment
    from tests.analytics.town import Town

PEOPLE = ("actor", "learner")
SHARED = "courses"
"""The table that stays as it is: there are more people, not more courses."""
MONTH = "2026-05"  # of tests.analytics.town.ARRIVED


class _Account(msgspec.Struct):
    name: str


class _Actor(msgspec.Struct):
    account: _Account


class _Statement(msgspec.Struct):
    actor: _Actor


def repeat_lake(town: Town, rows: int) -> None:
    """Write the statements again and again until there are so many, and the records as often.

    The repeated ones are of other people. A row of the indicators is repeated as well, though the
    crowd of its people is the same: more rows than there would be, never fewer.
    """
    lake = Lake(open_store(str(town.lake)))
    base = _read(lake, STATEMENTS)
    times = -(-rows // base.num_rows)
    segments = tuple(_statements(lake, base, rows))
    written = {STATEMENTS: Table(lake.manifest.table(STATEMENTS).version, str(rows), segments)}
    for name in set(lake.manifest.tables) - {STATEMENTS, SHARED}:
        written[name] = _repeated(lake, name, times, base.num_rows)
    lake.commit(**written)


def _statements(lake: Lake, base: pa.Table, rows: int) -> Iterator[Segment]:
    """Segments as an export writes them."""
    done = 0
    while done < rows:
        first = done + 1
        with lake.stage(segment_path(lake, MONTH, first), base.schema) as writer:
            while done < min(first - 1 + SEGMENT_ROWS, rows):
                part = base.slice(0, rows - done)
                written = _others(part, done // base.num_rows, base.num_rows)
                for batch in written.to_batches(CHUNK_STATEMENTS):
                    writer.write(batch)
                done += part.num_rows
            yield writer.finish(first=first, last=done, month=MONTH)


def _repeated(lake: Lake, name: str, times: int, statements: int) -> Table:
    known = lake.manifest.table(name)
    base = _read(lake, name)
    with lake.stage(f"{name}/{lake.generation}.parquet", base.schema) as writer:
        for time in range(times if base.num_rows else 0):
            for batch in _others(base, time, statements).to_batches():
                writer.write(batch)
        return Table(known.version, known.checkpoint, (writer.finish(),))


def _others(part: pa.Table, time: int, statements: int) -> pa.Table:
    """Rows of a time: of people of its own, at positions of its own, a millisecond apart."""
    for index, field in enumerate(part.schema):
        column: Any = part[field.name]
        if field.name in PEOPLE and time:
            column = pc.binary_join_element_wise(column, f"-{time}", "")
        if field.name == "position":
            column = pc.add(column, time * statements)
        if field.name == "stored":
            moved = pc.multiply(part["position"], 1_000)
            column = pc.add(column.cast(pa.int64()), moved).cast(field.type)
        part = part.set_column(index, field, column)
    return part.combine_chunks()


def _read(lake: Lake, name: str) -> pa.Table:
    paths = [lake.store.whole_path(each.path) for each in lake.manifest.table(name).segments]
    return pa.concat_tables(map(parquet.read_table, paths)).replace_schema_metadata()


def repeat_log(town: Town, rows: int, path: Path) -> None:
    """Copy the payloads of the log again and again, until there are so many."""
    with (
        closing(sqlite3.connect(path)) as copy,
        closing(sqlite3.connect(town.folder / "lrs.sqlite3")) as log,
    ):
        copy.execute("CREATE TABLE statement (position INTEGER PRIMARY KEY, payload BLOB)")
        payloads = [payload for (payload,) in log.execute("SELECT payload FROM statement")]
        names = [msgspec.json.decode(each, type=_Statement).actor.account.name for each in payloads]
        base = [*zip(payloads, map(str.encode, names), strict=True)]
        for done in range(0, rows, len(base)):
            time = done // len(base)
            copy.executemany(
                "INSERT INTO statement (payload) VALUES (?)",
                ([_of_other(*each, time)] for each in base[: rows - done]),
            )
        copy.commit()


def _of_other(payload: bytes, name: bytes, time: int) -> bytes:
    return payload.replace(name, b"%b-%d" % (name, time)) if time else payload

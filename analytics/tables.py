"""Read models as tables of the lake: whoever has them gives them as a source, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from analytics.manifest import Segment, Table

if TYPE_CHECKING:
    from analytics.lake import Lake
    from analytics.log_export import Privacy


class Kind(Enum):
    """What a column holds, and how a source gives it."""

    TEXT = pa.string()
    WHOLE = pa.int64()
    NUMBER = pa.float64()
    FLAG = pa.bool_()
    INSTANT = pa.timestamp("us", tz="UTC")  # microseconds since 1970
    DAY = pa.date32()  # datetime.date
    TEXTS = pa.list_(pa.string())
    PERSON = "person"  # an identifier (schemas.identity): shown by the pseudonym of statements
    HIDDEN = "hidden"  # what may hold an identifier: shown by a pseudonym, too, but nobody's name
    NAME = "name"  # of a person: null unless names are exported

    @property
    def arrow(self) -> pa.DataType:
        """The type that it has in Arrow."""
        return self.value if isinstance(self.value, pa.DataType) else pa.string()


@dataclass(frozen=True)
class TableSource:
    """A table for the lake.

    Attributes:
        name: of the table, a plain word.
        columns: kinds of the columns by their names, in order.
        version: changes when the columns or their meaning change.
        checkpoint: says how far the table has come; while it stays the same, so do the rows.
        rows: yields batches of rows, each row in the order of the columns, of one state.
        left_out: identifiers of persons who were erased: whatever row has one of them in a column
            of persons stays out.

    """

    name: str
    columns: Mapping[str, Kind]
    version: str
    checkpoint: str
    rows: Callable[[], Iterable[Sequence[Sequence[Any]]]]
    left_out: Collection[str] = ()

    def kept(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Rows without those that have to stay out."""
        if not (self.left_out and (persons := self.persons)):
            return rows
        return [row for row in rows if all(row[at] not in self.left_out for at in persons)]

    @property
    def persons(self) -> list[int]:
        """Which columns tell whom a row is about."""
        return [at for at, kind in enumerate(self.columns.values()) if kind is Kind.PERSON]


Lend = Callable[[Collection[str], Callable[[Sequence[TableSource]], None]], None]
"""Calls a function with tables, which stand still until it is done.

The tables leave out whoever has one of the identifiers, under whatever name they have the person.
"""


def write_table(lake: Lake, source: TableSource, privacy: Privacy) -> Table | None:
    """Stage a table whole; None if the lake has it as it is."""
    version = version_of(source, privacy)
    known = lake.manifest.table(source.name)
    if (known.version, known.checkpoint) == (version, source.checkpoint):
        return None
    segment = _write_rows(lake, source, privacy)
    return Table(version, source.checkpoint, (segment,))


def batches_of(source: TableSource, privacy: Privacy) -> Iterator[pa.RecordBatch]:
    """The rows of a table as the lake may show them."""
    schema = _schema(source)
    for rows in map(source.kept, source.rows()):
        values = zip(*rows, strict=True) if rows else [()] * len(schema)
        arrays = [
            pa.array(_shown(column, kind, privacy), kind.arrow)
            for column, kind in zip(values, source.columns.values(), strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def version_of(source: TableSource, privacy: Privacy) -> str:
    """Of a table's rows in the lake: another one, and they are others."""
    version = f"{source.version}; {privacy.version}"
    if source.left_out and source.persons:
        version += f"; without {privacy.pseudonyms.of(repr(sorted(source.left_out)))}"
    return version


def _write_rows(lake: Lake, source: TableSource, privacy: Privacy) -> Segment:
    path = f"{source.name}/{lake.generation}.parquet"
    with lake.stage(path, _schema(source)) as writer:
        for batch in batches_of(source, privacy):
            writer.write(batch)
        return writer.finish()


def _schema(source: TableSource) -> pa.Schema:
    return pa.schema([(name, kind.arrow) for name, kind in source.columns.items()])


def _shown(column: Sequence[Any], kind: Kind, privacy: Privacy) -> Sequence[Any]:
    """A column as the lake may show it."""
    if privacy.names or kind not in {Kind.PERSON, Kind.HIDDEN, Kind.NAME}:
        return column
    if kind is Kind.NAME:
        return [None] * len(column)
    return [None if each is None else privacy.shown(each) for each in column]

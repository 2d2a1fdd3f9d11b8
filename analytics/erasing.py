"""What an erasure would take out of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analytics.lake import Lake, alone
from analytics.manifest import STATEMENTS, require_lake
from analytics.merging import holding

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from analytics.exporting import Exporter
    from analytics.tables import TableSource


class Concerned(NamedTuple):
    """What an erasure concerns.

    Attributes:
        statements: of the log, those among them that were not exported yet included.
        segments: of the lake that have some of them.
        rows: of the tables of learning records, as these would be exported now.

    """

    statements: int
    segments: int
    rows: int


def survey(exporter: Exporter, positions: Collection[int], persons: Collection[str]) -> Concerned:
    """What it concerns to erase these statements, and these persons; nothing is changed.

    Args:
        exporter: what makes the lake.
        positions: of statements that are not erased yet.
        persons: identifiers of persons who are not erased yet.

    Raises:
        LakeMissing: there is no lake.
        LakeBusy: an export runs.

    """
    with alone(exporter.lock_file):
        lake = Lake(exporter.store)
        require_lake(exporter.store, lake.manifest)
        segments = lake.manifest.table(STATEMENTS).segments
        holders = sum(holding(lake, each, positions) > 0 for each in segments)
    return Concerned(len(positions), holders, _rows(exporter, persons) if persons else 0)


def _rows(exporter: Exporter, persons: Collection[str]) -> int:
    counted: list[int] = []

    def count(sources: Sequence[TableSource]) -> None:
        counted.extend(map(_left_out, sources))

    exporter.sources(persons, count)
    return sum(counted)


def _left_out(source: TableSource) -> int:
    return sum(len(rows) - len(source.kept(rows)) for rows in source.rows())

"""Comparing a lake with what it was made from: the log, and the read models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from analytics.errors import LakeMissing
from analytics.manifest import STATEMENTS, VOIDED, read_manifest
from analytics.reading import Segments
from analytics.row_sets import first_difference
from analytics.tables import batches_of, version_of
from statements.append import head
from statements.reader import read_ids, voided_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analytics.exporting import Exporter
    from analytics.manifest import Table
    from analytics.tables import TableSource
    from statements.database import Connection

ROWS = 50_000
"""Read and compared at a time."""

_Pair = tuple[int, str]


@dataclass
class Verified:
    """What a verification has found.

    Attributes:
        position: of the log, up to which it was compared.
        statements: that are in the lake.
        compared: names of the tables that were compared.
        moved_on: names of tables that could not be, since what they were made from has changed
            since: the next export writes them.
        differences: what is wrong, the first thing of each table; none if all is well.

    """

    position: int = 0
    statements: int = 0
    compared: list[str] = field(default_factory=list)
    moved_on: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def note(self, table: str, difference: str) -> None:
        """A table was compared; `difference` is empty if it is well."""
        self.compared.append(table)
        if difference:
            self.differences.append(f"{table}: {difference}")


def verify(exporter: Exporter, progress: Callable[[int, float | None], None]) -> Verified:
    """Compare the lake with the log and the read models. All of them may go on meanwhile.

    Args:
        exporter: what makes the lake.
        progress: gets the number of statements compared, and the share of the whole.

    Raises:
        LakeMissing: there is no lake.

    """
    verification = _Verification(exporter)
    verification.compare_statements(progress)
    verification.compare_voids()
    exporter.sources(verification.compare_tables)
    return verification.found


class _Verification:
    def __init__(self, exporter: Exporter) -> None:
        self._manifest = read_manifest(exporter.store)
        if STATEMENTS not in self._manifest.tables:
            raise LakeMissing(
                f"there is no lake at {exporter.store.root}: run lrs analytics export"
            )
        self._log = exporter.reader
        self._segments = Segments(exporter.store, self._manifest)
        self._table = self._manifest.table(STATEMENTS)
        self.found = Verified(int(self._table.checkpoint), self._table.rows)

    def compare_statements(self, progress: Callable[[int, float | None], None]) -> None:
        """Compare the position and id of each statement."""
        done = 0
        for lake, log in self._stretches():
            if lake != log:
                self.found.note(STATEMENTS, _difference(lake, log))
                return
            done += len(lake)
            progress(done, done / max(self._table.rows, 1))
        wrong = "" if done == self._table.rows else f"{done} rows, and not {self._table.rows}"
        self.found.note(STATEMENTS, wrong)

    def _stretches(self) -> Iterator[tuple[list[_Pair], list[_Pair]]]:
        """Positions and ids in the lake, beside those in the log that should be the same."""
        after, end = 0, int(self._table.checkpoint)
        for segment in self._table.segments:
            for batch in self._segments.batches(segment, ROWS, ["position", "id"]):
                pairs = _pairs(batch)
                yield pairs, self._ids(after, max(after, pairs[-1][0]))
                after = pairs[-1][0]
        yield [], self._ids(after, end)

    def _ids(self, after: int, until: int) -> list[_Pair]:
        found = self._log.database.read(lambda c: read_ids(c, after, until))
        return [(position, id_.hex()) for position, id_ in found]

    def compare_voids(self) -> None:
        """Compare which statements are voided; if the log went on, more may be there by now."""
        end, log = self._log.database.snapshot(_state)
        wrong = ""
        if extra := self._voided() - log:
            wrong = f"position {min(extra)} is voided in the lake, and not in the log"
        elif end == self.found.position and (missing := log - self._voided()):
            wrong = f"position {min(missing)} is voided in the log, and not in the lake"
        self.found.note(VOIDED, wrong)

    def _voided(self) -> set[int]:
        table = self._manifest.table(VOIDED)
        return {
            position
            for segment in table.segments
            for batch in self._segments.batches(segment, ROWS)
            for position in batch["position"].to_pylist()
        }

    def compare_tables(self, sources: Sequence[TableSource]) -> None:
        """Compare the read models, if they are where they were when they were exported."""
        for source in sources:
            table = self._manifest.table(source.name)
            version = version_of(source, self._log.privacy)
            if (table.version, table.checkpoint) == (version, source.checkpoint):
                self.found.note(source.name, self._compare_rows(source, table))
            else:
                self.found.moved_on.append(source.name)

    def _compare_rows(self, source: TableSource, table: Table) -> str:
        return first_difference(
            lambda: (
                batch for each in table.segments for batch in self._segments.batches(each, ROWS)
            ),
            lambda: batches_of(source, self._log.privacy),
        )


def _state(connection: Connection) -> tuple[int, set[int]]:
    return head(connection).position, set(voided_positions(connection))


def _pairs(batch: Any) -> list[_Pair]:  # noqa: ANN401  # pyarrow has no types
    ids = pc.replace_substring(batch["id"], "-", "")
    return list(zip(batch["position"].to_pylist(), ids.to_pylist(), strict=True))


def _difference(lake: Sequence[_Pair], log: Sequence[_Pair]) -> str:
    """Names the first position where the two differ."""
    ids_in_lake, ids_in_log = dict(lake), dict(log)
    differ = [
        position
        for position in ids_in_lake.keys() | ids_in_log.keys()
        if ids_in_lake.get(position) != ids_in_log.get(position)
    ]
    if not differ:
        return f"positions are there twice, or not in order, before {lake[-1][0]}"
    position = min(differ)
    there = f"{ids_in_lake.get(position, 'nothing')} and not {ids_in_log.get(position, 'nothing')}"
    return f"at position {position} there is {there}"

"""Comparing a lake with what it was made from: the log, and the read models."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from analytics.manifest import STATEMENTS, VOIDED, read_manifest, require_lake
from analytics.reading import Segments
from analytics.row_sets import first_difference
from analytics.tables import batches_of, version_of
from statements.append import head
from statements.erasures import positions_by, read_erasures
from statements.reader import read_ids, voided_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analytics.exporting import Exporter
    from analytics.manifest import Table
    from analytics.tables import TableSource
    from statements.connection import Connection

ROWS = 50_000
"""Read and compared at a time."""

_Pair = tuple[int, str]


@dataclass
class Verified:
    """What a verification has found.

    Attributes:
        position: of the log, up to which it was compared.
        statements: that are in the lake.
        erased: statements up to that position that are not there, and should not be.
        compared: names of the tables that were compared.
        moved_on: names of tables of which only rows were counted, since what they were made from
            has changed since: the next export writes them.
        differences: what is wrong, the first thing of each table; none if all is well.

    """

    position: int = 0
    statements: int = 0
    erased: int = 0
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
    verification.check_erasures()
    verification.check(STATEMENTS, lambda: verification.compare_statements(progress))
    verification.check(VOIDED, verification.compare_voids)
    exporter.sources(verification.erasures.persons, verification.compare_tables)
    return verification.found


class _Verification:
    def __init__(self, exporter: Exporter) -> None:
        self._manifest = read_manifest(exporter.store)
        require_lake(exporter.store, self._manifest)
        self._log = exporter.reader
        self._segments = Segments(exporter.store, self._manifest)
        self._table = self._manifest.table(STATEMENTS)
        self.erasures = self._log.database.read(read_erasures)
        self.found = Verified(int(self._table.checkpoint), self._table.rows)

    def check_erasures(self) -> None:
        """Note if not all that was erased has left the lake for certain."""
        if self._manifest.erased != self._log.privacy.mark_of(self.erasures):
            self.found.differences.append(
                "erased: not all of it has left the lake yet: run lrs analytics export"
            )

    def check(self, table: str, compare: Callable[[], str]) -> None:
        """Note what a comparison finds, or that the table can't be read."""
        try:
            self.found.note(table, compare())
        except (OSError, pa.ArrowInvalid) as error:
            self.found.note(table, f"can't be read: {error}")

    def compare_statements(self, progress: Callable[[int, float | None], None]) -> str:
        """Compare the position and id of each statement."""
        done = 0
        for lake, log in self._stretches():
            if lake != (kept := self._kept(lake, log)):
                return _difference(lake, kept)
            self.found.erased += len(log) - len(kept)
            done += len(lake)
            progress(done, done / max(self._table.rows, 1))
        return _miscounted(self._table, done)

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

    def _kept(self, lake: list[_Pair], log: list[_Pair]) -> list[_Pair]:
        """What of a stretch of the log should be in the lake."""
        missing = {position for position, _ in log} - {position for position, _ in lake}
        if not missing and self.erasures.positions.isdisjoint(position for position, _ in log):
            return log
        by_erased = self._log.database.read(
            lambda c: positions_by(c, self.erasures.persons, missing - self.erasures.positions)
        )
        erased = self.erasures.positions | by_erased
        return [pair for pair in log if pair[0] not in erased]

    def compare_voids(self) -> str:
        """Compare which statements are voided; if the log went on, more may be there by now."""
        end, log = self._log.database.snapshot(_state)
        lake = self._voided()
        if extra := lake - log:
            return f"position {min(extra)} is voided in the lake, and not in the log"
        if end == self.found.position and (missing := log - lake):
            return f"position {min(missing)} is voided in the log, and not in the lake"
        return ""

    def _voided(self) -> set[int]:
        batches = self._rows(self._manifest.table(VOIDED))
        return {position for batch in batches for position in batch["position"].to_pylist()}

    def compare_tables(self, sources: Sequence[TableSource]) -> None:
        """Compare the read models, if they are where they were when they were exported.

        Of the others only the number of rows can be: it is in the manifest.
        """
        for source in sources:
            table = self._manifest.table(source.name)
            version = version_of(source, self._log.privacy)
            if (table.version, table.checkpoint) == (version, source.checkpoint):
                self.check(source.name, partial(self._compare_rows, source, table))
            else:
                self.found.moved_on.append(source.name)
                self.check(f"{source.name} (rows counted)", partial(self._count_rows, table))

    def _compare_rows(self, source: TableSource, table: Table) -> str:
        return first_difference(
            lambda: self._rows(table), lambda: batches_of(source, self._log.privacy)
        )

    def _count_rows(self, table: Table) -> str:
        return _miscounted(table, sum(batch.num_rows for batch in self._rows(table)))

    def _rows(self, table: Table) -> Iterator[pa.RecordBatch]:
        for segment in table.segments:
            yield from self._segments.batches(segment, ROWS)


def _miscounted(table: Table, rows: int) -> str:
    return "" if rows == table.rows else f"there are {rows} rows, and should be {table.rows}"


def _state(connection: Connection) -> tuple[int, set[int]]:
    return head(connection).position, set(voided_positions(connection))


def _pairs(batch: pa.RecordBatch) -> list[_Pair]:
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

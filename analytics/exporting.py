"""The export: what has come since the last one goes into the lake."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analytics.lake import NEXT, Lake, alone
from analytics.log_export import write_segments
from analytics.manifest import STATEMENTS, VOIDED, Table
from analytics.merging import merge, plan_merge, without
from analytics.tables import Kind, Lend, TableSource, write_table
from statements.append import head
from statements.reader import voided_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from analytics.log_export import LogReader
    from analytics.manifest import Segment
    from analytics.store import Store
    from statements.database import Connection

Progress = "Callable[[int, float | None], None]"
VOIDED_VERSION = "1"


@dataclass
class Report:
    """What an export has done.

    Attributes:
        statements: taken from the log.
        position: of the last one that is in the lake.
        tables: names of the other tables that were written.
        merges: small segments made into large ones, so many times.
        seconds: how long it took.

    """

    statements: int = 0
    position: int = 0
    tables: list[str] = field(default_factory=list)
    merges: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Exporter:
    """Takes the log and the read models into the lake, again and again.

    Args:
        reader: of the log.
        store: where the lake lies.
        lock_file: held while the lake is written to.
        sources: lends the read models, all of one state, to whom it is given.
        grace_seconds: how long superseded segments are kept for those who are reading them.

    """

    reader: LogReader
    store: Store
    lock_file: Path
    sources: Lend = lambda use: use(())
    grace_seconds: float = 3_600.0

    def run(self, progress: Callable[[int, float | None], None] = lambda *_: None) -> Report:
        """Bring the lake up to date. May be broken off and repeated at any time.

        Args:
            progress: gets the number of statements done, and the share of the whole.

        Raises:
            LakeBusy: another export runs.
            LakeChanged: another machine has written to the lake meanwhile.

        """
        began = time.monotonic()
        report = Report()
        with alone(self.lock_file):
            lake = Lake(self.store, self.grace_seconds)
            end, voided = self.reader.database.snapshot(_state)
            self._export_log(lake, end, report, progress)
            self._export_tables(lake, [voided], report)
            self.sources(lambda sources: self._export_tables(lake, sources, report))
            self._merge(lake, report)
            lake.empty_trash()
        report.position = int(lake.manifest.table(STATEMENTS).checkpoint)
        report.seconds = time.monotonic() - began
        return report

    def erase(self, positions: Collection[int]) -> int:
        """Write segments anew without these statements; how many segments had some of them.

        What was superseded is removed at once, with whatever else is in the trash: who is reading
        it has to begin again. The log has to lose the statements first, else the next rebuild
        brings them back.
        """
        with alone(self.lock_file):
            lake = Lake(self.store, 0.0)
            changed = 0
            for name in (STATEMENTS, STATEMENTS + NEXT):
                table = lake.manifest.table(name)
                for index, segment in enumerate(table.segments):
                    here = [each for each in positions if segment.first <= each <= segment.last]
                    if here:
                        _exchange(lake, name, index, index + 1, without(lake, segment, here))
                        changed += 1
            lake.empty_trash()
        return changed

    def _export_log(
        self,
        lake: Lake,
        end: int,
        report: Report,
        progress: Callable[[int, float | None], None],
    ) -> None:
        """The log up to a position, into the table as it is or into one that will replace it."""
        version = self.reader.version
        is_new = lake.manifest.table(STATEMENTS).version not in {"", version}
        name = STATEMENTS + NEXT if is_new else STATEMENTS
        table = lake.manifest.table(name)
        if table.version != version:
            table = Table(version, "0")
        begun = int(table.checkpoint)

        def show(position: int) -> None:
            report.statements = position - begun
            progress(report.statements, position / end)

        for segment in write_segments(lake, self.reader, begun, end, show):
            table = Table(version, str(segment.last), (*table.segments, segment))
            lake.commit(**{name: table})
        if name not in lake.manifest.tables:  # the log is empty
            lake.commit(**{name: table})
        if is_new:
            others = {key: each for key, each in lake.manifest.tables.items() if key != name}
            lake.replace(others | {STATEMENTS: table})

    def _export_tables(self, lake: Lake, sources: Sequence[TableSource], report: Report) -> None:
        for source in sources:
            table = write_table(lake, source, self.reader.privacy)
            if table is not None:
                lake.commit(**{source.name: table})
                report.tables.append(source.name)

    def _merge(self, lake: Lake, report: Report) -> None:
        while run := plan_merge(lake.manifest.table(STATEMENTS).segments):
            segments = lake.manifest.table(STATEMENTS).segments[run.start : run.stop]
            _exchange(lake, STATEMENTS, run.start, run.stop, merge(lake, segments))
            report.merges += 1


def _state(connection: Connection) -> tuple[int, TableSource]:
    """The end of the log, and what was voided up to there."""
    positions = voided_positions(connection)
    columns = {"position": Kind.WHOLE}

    def rows() -> list[list[tuple[int]]]:
        return [[(position,) for position in positions]]

    checkpoint = str(len(positions))  # of a table that only grows
    source = TableSource(VOIDED, columns, VOIDED_VERSION, checkpoint, rows)
    return head(connection).position, source


def _exchange(lake: Lake, name: str, start: int, stop: int, segment: Segment) -> None:
    """Put one segment in the place of several."""
    table = lake.manifest.table(name)
    segments = (*table.segments[:start], segment, *table.segments[stop:])
    lake.commit(**{name: Table(table.version, table.checkpoint, segments)})

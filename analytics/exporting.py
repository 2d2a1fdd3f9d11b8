"""The export: what has come since the last one goes into the lake."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from analytics.lake import NEXT, Lake, alone
from analytics.log_export import write_segments
from analytics.manifest import STATEMENTS, VOIDED, Table, require_lake
from analytics.merging import holding, merge, plan_merge, without
from analytics.tables import Kind, Lend, TableSource, write_table
from statements.append import head
from statements.erasures import Erasures, read_erasures
from statements.reader import voided_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from analytics.log_export import LogReader
    from analytics.manifest import Manifest, Segment
    from analytics.store import Store
    from statements.connection import Connection

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


class Erased(NamedTuple):
    """What an erasure has done.

    Attributes:
        segments: of statements that were written anew.
        is_whole: False if tables of learning records could not be, since there are no records at
            the moment: the next export does it.

    """

    segments: int
    is_whole: bool


class _State(NamedTuple):
    """The end of the log, what was voided up to there, and all that was erased."""

    end: int
    voided: TableSource
    erasures: Erasures


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
    sources: Lend = lambda _, use: use(())
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
            lake = Lake(self.store)
            state = self.reader.database.snapshot(_state)
            self._take_out(lake, state.erasures)
            self._export_log(lake, state, report, progress)
            self._export_tables(lake, [state.voided], report)
            self._export_read_models(lake, state.erasures, report)
            self._merge(lake, report)
            lake.empty_trash(self.grace_seconds)
        report.position = int(lake.manifest.table(STATEMENTS).checkpoint)
        report.seconds = time.monotonic() - began
        return report

    def erase(self, record: Callable[[], object]) -> Erased:
        """Write erasures down and have them take effect; also those that a crash has left.

        What is superseded is removed at once, with whatever else is in the trash: who is reading
        it has to begin again.

        Args:
            record: writes down what is to be erased, beside the log (statements.erasures). No
                export runs meanwhile: what it does not see is in no lake yet.

        Raises:
            LakeMissing: there is no lake; nothing was written down.
            LakeBusy: an export runs; nothing was written down.
            LakeChanged: another machine has written to the lake meanwhile.

        """
        with alone(self.lock_file):
            lake = Lake(self.store)
            require_lake(self.store, lake.manifest)
            record()
            return self._take_out(lake, self.reader.database.snapshot(read_erasures))

    def _take_out(self, lake: Lake, erasures: Erasures) -> Erased:
        """Take what was erased out of all that is there, unless that was done to its end before.

        The manifest says last that it is done, when no superseded file is left: whatever a crash
        breaks off, the next export or erasure begins with it.
        """
        mark = self.reader.privacy.mark_of(erasures)
        if lake.manifest.erased == mark:
            return Erased(0, is_whole=True)
        segments = sum(
            _drop(lake, name, erasures.positions) for name in (STATEMENTS, STATEMENTS + NEXT)
        )
        is_whole = not erasures.persons or not _has_read_models(lake.manifest)
        is_whole = is_whole or self._export_read_models(lake, erasures, Report())
        lake.empty_trash(0)
        if is_whole:
            lake.note_erased(mark)
        return Erased(segments, is_whole)

    def _export_log(
        self,
        lake: Lake,
        state: _State,
        report: Report,
        progress: Callable[[int, float | None], None],
    ) -> None:
        """The log up to a position, into the table as it is or into one that will replace it."""
        reader, end = replace(self.reader, erasures=state.erasures), state.end
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

        for segment in write_segments(lake, reader, begun, end, show):
            table = Table(version, str(segment.last), (*table.segments, segment))
            lake.commit(**{name: table})
        if name not in lake.manifest.tables:  # the log is empty
            lake.commit(**{name: table})
        if is_new:
            others = {key: each for key, each in lake.manifest.tables.items() if key != name}
            lake.replace(others | {STATEMENTS: table})

    def _export_read_models(self, lake: Lake, erasures: Erasures, report: Report) -> bool:
        """The read models, without those who were erased; False if none were ever folded."""
        lent: list[TableSource] = []

        def export(sources: Sequence[TableSource]) -> None:
            self._export_tables(lake, sources, report)
            lent.extend(sources)

        self.sources(erasures.persons, export)
        return bool(lent)

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


def _state(connection: Connection) -> _State:
    positions = voided_positions(connection)
    columns = {"position": Kind.WHOLE}

    def rows() -> list[list[tuple[int]]]:
        return [[(position,) for position in positions]]

    checkpoint = str(len(positions))  # of a table that only grows
    voided = TableSource(VOIDED, columns, VOIDED_VERSION, checkpoint, rows)
    return _State(head(connection).position, voided, read_erasures(connection))


def _has_read_models(manifest: Manifest) -> bool:
    return bool(manifest.tables.keys() - {STATEMENTS, STATEMENTS + NEXT, VOIDED})


def _drop(lake: Lake, name: str, positions: Collection[int]) -> int:
    """Write segments of a table anew without these positions; how many had some of them."""
    dropped = 0
    for index, segment in enumerate(lake.manifest.table(name).segments):
        if holding(lake, segment, positions):
            _exchange(lake, name, index, index + 1, without(lake, segment, positions))
            dropped += 1
    return dropped


def _exchange(lake: Lake, name: str, start: int, stop: int, segment: Segment) -> None:
    """Put one segment in the place of several."""
    table = lake.manifest.table(name)
    segments = (*table.segments[:start], segment, *table.segments[stop:])
    lake.commit(**{name: Table(table.version, table.checkpoint, segments)})

"""The small town of tests/simulation, folded and exported, and what its figures must be."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.reports.asking import ask
from analytics.reports.named import named_query
from analytics.reports.parameters import bind
from analytics.session import connect
from lrs.lake import lake_exporter
from lrs.settings import Settings
from lrs.simulation import DirectoryRow
from projections.opening import open_records
from projections.reference.directory_rows import read_directory
from projections.reference.documents import BADGES, CATALOGUE, import_documents
from projections.reference.people import import_directory
from projections.runner.build import build_engine
from projections.runner.lease import Lease
from statements.clock import microseconds_of
from statements.migrate import migrate
from statements.sqlite import SQLite
from tests.simulation.runs import BUSY, Run, run
from tests.statements.store import Store as Log

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analytics.reports.asking import Hidden
    from lrs.simulation import Options
    from statements.database import Database

Row = dict[str, Any]

ARRIVED = microseconds_of(datetime(2026, 5, 1, tzinfo=UTC))
"""When statements were stored: after all of them, on whatever day the tests run."""
FIRST_DAY, LAST_DAY = "2026-03-01", "2026-04-30"
BATCH = 500


class Town(NamedTuple):
    """A data folder with a lake in it, and the run that it comes from."""

    folder: Path
    run: Run

    @property
    def lake(self) -> Path:
        """The folder of the lake."""
        return self.folder / "lake"

    def table(self, sql: str, **parameters: object) -> Any:  # noqa: ANN401  # Arrow has no types
        """What a query answers, as an Arrow table."""
        with connect(self.lake) as session, session.query(sql, parameters) as result:
            return result.table()

    def ask(self, sql: str, **parameters: object) -> list[Row]:
        """Rows that a query answers."""
        rows: list[Row] = self.table(sql, **parameters).to_pylist()
        return rows

    def report(self, name: str, hidden: Hidden | None = None, **given: str) -> list[Row]:
        """Rows that a named query answers."""
        query = named_query(name)
        with connect(self.lake) as session:
            return ask(session, query, bind(query, given), hidden).rows


def build_town(folder: Path, options: Options = BUSY) -> Town:
    """Append, fold and export the run."""
    town = Town(folder, run(options))
    settings = Settings(data_dir=folder)
    path = settings.database_url.removeprefix("sqlite:///")
    with (
        closing(SQLite(path, lambda: ARRIVED)) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        migrate(log)
        append(log, town.run.raw)
        describe(records, town.run)
        fold(log, records)
        lake_exporter(settings, log, records).run()
    return town


def append(log: Database, statements: Iterable[bytes]) -> None:
    """Append statements, of those that are sent again the first one."""
    store = Log(log)
    rest = iter({raw[: len('{"id":"') + 36]: raw for raw in reversed([*statements])}.values())
    ordered = iter(reversed([*rest]))
    while batch := [*islice(ordered, BATCH)]:
        store.append(*batch)


def describe(records: Database, run: Run) -> None:
    """Bring in courses, badges and people."""
    import_documents(records, CATALOGUE, {"courses": run.catalogue["courses"]})
    import_documents(records, BADGES, {"badges": run.catalogue["badges"]})
    text = io.StringIO()
    csv.writer(text).writerows([DirectoryRow._fields, *run.directory])
    import_directory(records, read_directory(text.getvalue().encode()))


def fold(log: Database, records: Database) -> None:
    """Fold everything."""
    lease = Lease()
    engine = build_engine(log, records, lease)
    records.write(lease.claim)
    while engine.step():
        records.write(lease.claim)

"""A log, a lake beside it, and what is in the lake."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
from pyarrow import parquet

from analytics.classification import UNCLASSIFIED
from analytics.exporting import Exporter
from analytics.log_export import LogReader, Privacy
from analytics.manifest import read_manifest
from analytics.pseudonyms import Pseudonyms
from analytics.session import connect
from analytics.store import Folder
from statements.clock import microseconds_of
from statements.erasures import Wish, record
from statements.migrate import migrate
from statements.sqlite import SQLite
from tests.statements.store import Store as Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from analytics.classification import Classify
    from analytics.exporting import Erased, Report
    from analytics.store import Store
    from analytics.tables import TableSource
    from statements.database import Database

SECRET = b"the secret of a test"
PSEUDONYMS = Pseudonyms(SECRET)


class World:
    """A log in SQLite and its lake; the clock stands still until it is set."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self.folder = folder
        self.store = store or Folder(folder / "lake")
        self.privacy = Privacy(PSEUDONYMS)
        self.classify: Classify = UNCLASSIFIED
        self.lend: Callable[[frozenset[str]], Sequence[TableSource]] = lambda _: ()
        self.grace_seconds = 3600.0
        self._now = 0
        self.database: Database = SQLite(str(folder / "log.sqlite3"), lambda: self._now)
        migrate(self.database)
        self.log = Log(self.database)

    def set_clock(self, moment: datetime) -> None:
        """Have what comes be stored at this time."""
        self._now = microseconds_of(moment)

    @property
    def exporter(self) -> Exporter:
        """What `lrs analytics export` runs."""
        return Exporter(
            LogReader(self.database, self.privacy, self.classify),
            self.store,
            self.folder / "lock",
            lambda erased, use: use(self.lend(frozenset(erased))),
            self.grace_seconds,
        )

    def export(self) -> Report:
        """Bring the lake up to date."""
        return self.exporter.run()

    def erase(self, *positions: int, persons: Iterable[str] = (), any_role: bool = False) -> Erased:
        """Erase statements of the log, and persons."""
        ids = self.log.ids()
        wanted = tuple(UUID(ids[position - 1]) for position in positions)
        wish = Wish(wanted, frozenset(persons), any_role)
        return self.exporter.erase(lambda: record(self.database, wish))

    def ask(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """Rows that a new session answers."""
        with connect(self.store) as session, session.query(sql, parameters) as result:
            rows: list[dict[str, Any]] = result.table().to_pylist()
            return rows

    def rows(self) -> list[dict[str, Any]]:
        """All statements, in order."""
        return self.ask("FROM statements ORDER BY position")

    def paths(self) -> list[str]:
        """The segments of statements."""
        return [each.path for each in read_manifest(self.store).table("statements").segments]


@contextmanager
def lend_world(folder: Path, store: Store | None = None) -> Iterator[World]:
    """Lend a log with an empty lake."""
    world = World(folder, store)
    with closing(world.database):
        yield world


def texts_of(store: Store) -> str:
    """All that any file of a lake has in it, Parquet decoded."""
    found = []
    for each in store.list(""):
        if each.path.endswith(".parquet"):
            with store.filesystem.open_input_file(store.whole_path(each.path)) as file:
                rows = parquet.ParquetFile(file).read().to_pylist()
            found.append(json.dumps(rows, default=str))
        else:
            found.append((store.read(each.path) or b"").decode())
    return "\n".join(found)


def positions_by_glob(lake: Path) -> list[int]:
    """Positions that an engine finds which knows nothing of the manifest."""
    if not list(lake.glob("statements/*/*.parquet")):
        return []
    query = f"SELECT position FROM '{lake}/statements/*/*.parquet' ORDER BY position"  # noqa: S608
    with duckdb.connect() as connection:
        return [position for (position,) in connection.execute(query).fetchall()]

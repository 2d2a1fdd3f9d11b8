"""A log and records folded from it, how to kill whoever folds, and what the records say."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import select

from projections import tables
from projections.contents import COMPARED, Names, contents
from projections.opening import open_records
from projections.runner.build import every_projection
from projections.runner.engine import Engine, Portions, Stores
from projections.runner.lease import Lease
from projections.runner.source import StoredReference
from projections.schema import LOCK
from projections.verification import FixedReference
from statements.migrate import migrate
from statements.opening import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from projections.contents import Line
    from projections.runner.desk import Reference
    from projections.runner.engine import Source
    from projections.work import Projection
    from statements.connection import Connection
    from statements.database import Database

GAP = 30 * 60 * 1_000_000
SMALL = Portions(entries=3, events=1, fewest_learners=1, most_learners=2, stale_learners=1)
MOST_STEPS = 20_000

Said = dict[str, Counter["Line"]]
"""Lines by table."""


class Templates:
    """Empty SQLite stores, copied since making their tables takes long."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        with closing(open_database(self._url("log"))) as log:
            migrate(log)
        open_records(self._url("records")).close()

    def _url(self, name: str) -> str:
        return f"sqlite:///{self._folder}/{name}.sqlite3"

    @contextmanager
    def lend(self, kind: str) -> Iterator[Database]:
        """Lend an empty `log`, or `records`, whose commits wait for no disk."""
        self._number += 1
        name = f"{kind}-{self._number}"
        shutil.copy(self._folder / f"{kind}.sqlite3", self._folder / f"{name}.sqlite3")
        with closing(open_database(self._url(name), durable=False)) as database:
            yield database
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()


class Killed(BaseException):
    """The process ends here."""


class Fragile:
    """A database whose writer is killed at its n-th call, and its transaction with it.

    At 0 it is killed after the commit, before it knows.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.lives = -1

    def write(self, work: Callable[[Connection], Any], *, lock: bytes = b"") -> Any:  # noqa: ANN401
        """As the database does, if it lives to see the end."""
        result = self._database.write(
            lambda connection: work(cast("Connection", FragileConnection(connection, self))),
            lock=lock,
        )
        if self.lives == 0:
            self.lives = -1
            raise Killed
        return result

    def live(self) -> None:
        """One call more, perhaps the last one."""
        if self.lives > 1:
            self.lives -= 1
        elif self.lives == 1:
            self.lives = -1
            raise Killed

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a database has
        return getattr(self._database, name)


class FragileConnection:
    """A connection that counts calls."""

    def __init__(self, connection: Connection, fragile: Fragile) -> None:
        self._connection = connection
        self._fragile = fragile

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a connection has
        self._fragile.live()
        return getattr(self._connection, name)


class Folder(NamedTuple):
    """An engine, and its claim to fold."""

    engine: Engine
    lease: Lease
    records: Database

    def claim(self) -> bool:
        """Take the lease, if nobody else has it; who has just got it has to forget."""
        return bool(self.records.write(self.lease.claim, lock=LOCK))

    def release(self) -> None:
        """Let others fold."""
        self.records.write(self.lease.release, lock=LOCK)

    def settle(self) -> None:
        """Fold until there is nothing left to do."""
        assert self.claim()
        for _ in range(MOST_STEPS):
            if not self.engine.step():
                return
        raise AssertionError("the engine never comes to rest")


def new_folder(
    log: Database,
    records: Database | Fragile,
    *,
    gap: int = GAP,
    source: Source | None = None,
    projections: Sequence[Projection] | None = None,
) -> Folder:
    """An engine as a process would make it that has just been started."""
    lease, database = Lease(), cast("Database", records)
    projections = projections or every_projection()
    engine = Engine(Stores(log, database), source or StoredReference(), projections, lease, gap)
    return Folder(engine, lease, database)


def fold_afresh(
    templates: Templates, log: Database, reference: Reference, gap: int, portions: Portions
) -> Said:
    """What comes of the whole log if nothing was ever folded before."""
    with templates.lend("records") as fresh:
        source = FixedReference(reference)
        folder = new_folder(log, fresh, gap=gap, source=source)
        folder.engine.limit(portions)
        folder.settle()
        return fresh.snapshot(what_is_said)


def what_is_said(connection: Connection) -> Said:
    """All lines of the tables that follow from the log, and how activities are defined."""
    names = Names(connection)
    said = {table.name: Counter(contents(connection, table, names)) for table in COMPARED}
    column = tables.activity.c
    defined = select(column.iri, column.type, column.definition).where(column.position > 0)
    said["activity"] = Counter(tuple(row) for row in connection.rows(defined))
    return said


def differences(one: Said, other: Said) -> dict[str, tuple[list[Line], list[Line]]]:
    """Lines of each that the other has not, by table."""
    return {
        name: (
            list((one[name] - other[name]).elements()), list((other[name] - one[name]).elements())
        )
        for name in one
        if one[name] != other[name]
    }  # fmt: skip

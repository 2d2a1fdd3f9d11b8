"""The directory in the records store: brought in, read, written out."""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from projections.reference import tables
from projections.reference.directory import Directory, Person, Pool, merged
from projections.reference.directory_rows import COLUMNS
from projections.reference.revisions import LOCK, Report, count_change, demand, difference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from statements.connection import Connection
    from statements.database import Database

ROWS_AT_ONCE = 10_000
"""Rows handed to the database at a time: PostgreSQL gives up a writer that is silent for long."""

_ROWS = select(tables.entry)


def import_directory(
    database: Database,
    people: Mapping[str, Person],
    *,
    replace: bool = False,
    wanted: Collection[int] | None = None,
) -> Report:
    """Bring people in, as `directory_rows` makes them; the report counts identifiers.

    What a learner is said to be holds under all identifiers that were known of them before.

    Args:
        database: the records store.
        people: by identifier.
        replace: that there shall be these identifiers alone; else others stay.
        wanted: revisions of which the one before has to be one; None: any will do.

    Raises:
        PreconditionFailed: the revision is another one.

    """

    def bring_in(connection: Connection) -> Report:
        demand(connection, "directory", wanted)
        old = _load(connection)
        return _write(connection, old, people if replace else merged(old, people))

    return database.write(bring_in, lock=LOCK)


def remove_identifiers(
    database: Database, identifiers: Sequence[str], wanted: Collection[int] | None = None
) -> Report:
    """Take identifiers out; those that are not there do no harm.

    Raises PreconditionFailed if the revision is none of those wanted.
    """

    def take_out(connection: Connection) -> Report:
        demand(connection, "directory", wanted)
        old = _load(connection)
        gone = set(identifiers)
        return _write(connection, old, {one: who for one, who in old.items() if one not in gone})

    return database.write(take_out, lock=LOCK)


def load_directory(connection: Connection) -> Directory:
    """The directory to fold with.

    The connection has to be in a transaction (`Database.snapshot` or `write`): people come one by
    one, so that 200,000 of them are never in memory twice.
    """
    return Directory(_load(connection))


def write_directory(directory: Directory, file: IO[str]) -> None:
    """Write the directory as CSV, in the order of learners, so that it can be brought in again."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one, *who) for one, who in in_order(directory))


def in_order(directory: Directory) -> list[tuple[str, Person]]:
    """Identifiers and whose they are, in the order of learners."""
    return sorted(directory.people.items(), key=lambda pair: (pair[1].learner, pair[0]))


def _load(connection: Connection) -> dict[str, Person]:
    pool = Pool()
    return {row[0]: pool.person(row[1:]) for row in connection.stream(_ROWS)}


def _write(connection: Connection, old: Mapping[str, Person], new: Mapping[str, Person]) -> Report:
    """Make what is stored the new people."""
    change = difference(old, new)
    rows = [*change.added, *change.changed]
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[at : at + ROWS_AT_ONCE]
        connection.replace(tables.entry, [(one, *new[one]) for one in part])
    for at in range(0, len(change.removed), ROWS_AT_ONCE):
        part = change.removed[at : at + ROWS_AT_ONCE]
        connection.remove(tables.entry, [(one,) for one in part])
    return count_change(connection, "directory", change)

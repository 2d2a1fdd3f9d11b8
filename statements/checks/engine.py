"""What the database says of itself: its files, its guards against changes, its migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String, func, select, text

from statements import tables
from statements.checks.examination import Kind
from statements.migrate import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Select

    from statements.checks.examination import Examination
    from statements.connection import Connection
    from statements.database import Database

_APPLIED = select(tables.migration.c.number, tables.migration.c.name)

_SQLITE_DAMAGE = text("PRAGMA integrity_check")
_SQLITE_TRIGGERS = text(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
)
_POSTGRESQL_DAMAGE = text(
    "SELECT CAST(indexrelid AS regclass) || ' is not valid' FROM pg_index WHERE NOT indisvalid"
)
_POSTGRESQL_TRIGGERS = text(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:name) AND tgenabled <> 'D'"
)
_TYPES = {BigInteger: "integer", SmallInteger: "integer", LargeBinary: "blob", String: "text"}
_GUARDS = {"sqlite": ("{}_no_update", "{}_no_delete"), "postgresql": ("append_only",)}
"""Triggers of an append-only table."""


def is_sound(examination: Examination, database: Database) -> bool:
    """Whether the database finds no damage in its own files; what it finds is reported."""
    if database.name == "sqlite":
        damage = _damage_of_sqlite(examination.connection)
    else:
        damage = [said for (said,) in examination.connection.rows(_POSTGRESQL_DAMAGE)]
    for each in damage:
        examination.find(Kind.ENGINE, None, each)
    return not damage


def check_guards(examination: Examination, database: Database) -> None:
    """Each append-only table has the triggers that keep it so."""
    for guard in _missing_guards(examination.connection, database.name):
        examination.find(Kind.ENGINE, None, f"the trigger {guard} is missing")


def check_ledger(examination: Examination, database: Database) -> None:
    """The migrations that were applied are those that this program knows."""
    rows = examination.connection.rows(_APPLIED)
    applied: dict[int, str] = dict(rows)
    known = {each.number: each.name for each in migrations(database.name)}
    for number in sorted(applied.keys() | known.keys()):
        if applied.get(number) != known.get(number):
            detail = f"{number}: {applied.get(number)} was applied, {known.get(number)} is known"
            examination.find(Kind.MIGRATION, None, detail)


def _damage_of_sqlite(connection: Connection) -> list[str]:
    """What SQLite finds wrong, and values of a type that the column is not for: it takes any."""
    said = [said for (said,) in connection.rows(_SQLITE_DAMAGE) if said != "ok"]
    if said:
        return said
    return [
        f"{column} is of another type in {count} rows"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        for (count,) in connection.rows(_mistyped(column))
        if count
    ]


def _mistyped(column: Column[Any]) -> Select[int]:
    """Count the values of a column of SQLite that are not of its type."""
    stored_as = func.typeof(column)
    query = select(func.count()).where(stored_as != _TYPES[type(column.type)])
    return query.where(column.is_not(None)) if column.nullable else query


def _missing_guards(connection: Connection, name: str) -> Iterator[str]:
    """Triggers that keep the log from being changed; on Citus privileges have to."""
    if connection.is_distributed():
        return
    query = _SQLITE_TRIGGERS if name == "sqlite" else _POSTGRESQL_TRIGGERS
    for table in tables.APPEND_ONLY:
        there = {trigger for (trigger,) in connection.rows(query, name=table.name)}
        for guard in _GUARDS[name]:
            if guard.format(table.name) not in there:
                yield f"{guard.format(table.name)} on {table.name}"

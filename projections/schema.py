"""Making the tables of the records store, on either database."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

    from statements.connection import Connection
    from statements.database import Database

_DIALECTS = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}

SCHEMA = "records"
"""PostgreSQL's schema of the records, beside the log's."""
LOCK = b"records"
"""Whoever writes the records takes turns under this lock."""

_PLACE = text("SELECT 1 WHERE to_regnamespace(:name) IS NOT NULL")


def create(
    database: Database, connection: Connection, tables: Iterable[Table], label: str = ""
) -> None:
    """Make those of the tables that are not there, with the indexes that their `info` names.

    `unique` and `indexes` in a table's `info` are lists of column names, separated by spaces. The
    indexes' names end in `label`: a table may be renamed, an index keeps its name.
    """
    if database.name == "postgresql" and connection.row(_PLACE, name=SCHEMA) is None:
        # IF NOT EXISTS asks for the right to create one even if it is there.
        connection.script(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for table in tables:
        connection.script(_creation(table, database.name))
        for kind, names in (("UNIQUE INDEX", "unique"), ("INDEX", "indexes")):
            for columns in table.info.get(names, ()):
                connection.script(_index(table, kind, columns, label))


def layout_of(tables: Iterable[Table]) -> int:
    """A number that is another one if the tables are made otherwise."""
    text = "".join(_creation(table, "sqlite") + repr(table.info) for table in tables)
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest())


def _creation(table: Table, name: str) -> str:
    creation = CreateTable(table, if_not_exists=True)
    return str(creation.compile(dialect=_DIALECTS[name]())) + ";"


def _index(table: Table, kind: str, columns: str, label: str) -> str:
    name = f"{table.name}_{columns.replace(' ', '_')}{label}"
    return f"CREATE {kind} IF NOT EXISTS {name} ON {table.name} ({columns.replace(' ', ', ')});"

"""How the records' tables are made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

REMOVED = "removed"
"""The status of a row that there is none of any more, for whoever synchronises."""


def make_table(name: str, *columns: Column[Any], **info: list[str]) -> Table:
    """A table whose rows stand in the order of its primary key, in SQLite too."""
    return Table(name, metadata, *columns, info=info, sqlite_with_rowid=False)


def make_column(name: str, kind: type, *, key: bool = False, null: bool = False) -> Column[Any]:
    """A column that is filled by us, never by the database."""
    return Column(name, kind(), primary_key=key, nullable=null, autoincrement=False)


def make_cell() -> tuple[Column[Any], ...]:
    """What figures are told by: course (0: the whole platform), period, crowd (0: everybody)."""
    return (
        make_column("course", BigInteger, key=True),
        make_column("period", String, key=True),
        make_column("crowd", BigInteger, key=True),
    )

"""SQL that takes rows, or keys of rows, as an array for each column."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import BigInteger, Double, LargeBinary, SmallInteger, String

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column, ColumnElement, Table

ARRAYS = {
    BigInteger: "bigint[]",
    SmallInteger: "smallint[]",
    Double: "double precision[]",
    LargeBinary: "bytea[]",
    String: "text[]",
}


def unnest(columns: Iterable[Column[Any]]) -> str:
    """SQL of arrays as rows, one for each column."""
    arrays = ", ".join(f"${at}::{ARRAYS[type(c.type)]}" for at, c in enumerate(columns, 1))
    return f"unnest({arrays})"


@lru_cache(maxsize=256)
def insertion(table: Table, *, if_absent: bool) -> str:
    """SQL that inserts the rows of arrays; rows that are there may be left as they are."""
    names = ", ".join(column.name for column in table.columns)
    conflict = " ON CONFLICT DO NOTHING" if if_absent else ""
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {unnest(table.columns)}{conflict}"  # noqa: S608


@lru_cache(maxsize=256)
def replacement(table: Table) -> str:
    """SQL that inserts them, each in the place of the one with its primary key."""
    key = ", ".join(column.name for column in table.primary_key.columns)
    rest = [column.name for column in table.columns if not column.primary_key]
    if not rest:  # the row that is there is the one that comes
        return insertion(table, if_absent=True)
    change = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f"{insertion(table, if_absent=False)} ON CONFLICT ({key}) DO UPDATE SET {change}"


@lru_cache(maxsize=256)
def fetching(table: Table, columns: tuple[Column[Any], ...]) -> str:
    """SQL that finds rows by the first columns of their primary key, given as arrays."""
    return f"SELECT {table.name}.* FROM {_wanted(columns)} JOIN {table.name} ON {_same(columns)}"  # noqa: S608


@lru_cache(maxsize=256)
def removal(table: Table, columns: tuple[Column[Any], ...]) -> str:
    """SQL that deletes such rows."""
    return f"DELETE FROM {table.name} USING {_wanted(columns)} WHERE {_same(columns)}"  # noqa: S608


def _wanted(columns: tuple[Column[Any], ...]) -> str:
    return f"{unnest(columns)} AS wanted ({', '.join(column.name for column in columns)})"


def _same(columns: tuple[Column[Any], ...]) -> str:
    return " AND ".join(f"{column} = wanted.{column.name}" for column in columns)


@lru_cache(maxsize=256)
def lookup(by: Column[Any], columns: tuple[ColumnElement[Any], ...]) -> str:
    """SQL that finds rows by one column, whose values are given as an array."""
    names = ", ".join(str(column) for column in columns)
    array = ARRAYS[type(by.type)]
    return f"SELECT {names} FROM {by.table.name} WHERE {by.name} = ANY ($1::{array})"  # noqa: S608

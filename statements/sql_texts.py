"""SQL texts that both databases take."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Table
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql import Executable

    from statements.connection import Row


class Rendered(NamedTuple):
    """A query as a driver takes it."""

    sql: str
    constants: dict[str, Any]  # values that stand in the query itself
    names: Sequence[str]  # of its parameters, where a driver takes them in order


@lru_cache(maxsize=512)
def render(query: Executable, dialect: Dialect) -> Rendered:
    """SQL of a query, rendered once per query object and dialect."""
    compiled = query.compile(dialect=dialect)  # type: ignore[attr-defined]  # a ClauseElement, as all here
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Rendered(str(compiled), constants, compiled.positiontup or ())


def leading_key(table: Table, keys: Sequence[Row]) -> tuple[Column[Any], ...]:
    """The columns of a table's primary key that such keys give."""
    return tuple(table.primary_key.columns)[: len(keys[0])]


def between(table: Table, wanted: str, width: int) -> str:
    """SQL of `fetch_between`; `wanted` is a source of rows with the columns w0, w1, ..."""
    columns = list(table.primary_key.columns)[: width - 1]
    *keys, place = [column.name for column in columns]
    low, high = f"w{width - 2}", f"w{width - 1}"
    same = " AND ".join(f"{table.name}.{name} = w{at}" for at, name in enumerate(keys))
    before = " AND ".join(f"b.{name} = w{at}" for at, name in enumerate(keys))
    last = f"SELECT max(b.{place}) FROM {table.name} b WHERE {before} AND b.{place} < {low}"  # noqa: S608
    span = f"{table.name}.{place} BETWEEN coalesce(({last}), {low}) AND {high}"
    return f"SELECT {table.name}.* FROM {wanted} CROSS JOIN {table.name} WHERE {same} AND {span}"  # noqa: S608

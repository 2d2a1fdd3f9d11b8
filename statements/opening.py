"""Which database a URL means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statements.postgresql import PostgreSQL
from statements.sqlite import SQLite

if TYPE_CHECKING:
    from statements.database import Database


def open_database(url: str, *, schema: str = "", durable: bool = True) -> Database:
    """Open `sqlite:///path` or `postgresql://…` (driver suffixes as in SQLAlchemy are accepted).

    `schema` is where PostgreSQL looks for tables, if not at its usual place. Of a SQLite file that
    is not `durable` the last commits may be lost with the power, whole and in order.

    Nothing is connected to yet. Raises ValueError for a URL of another kind.
    """
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind == "sqlite" and rest.startswith("/") and rest != "/":
        return SQLite(rest.removeprefix("/"), durable=durable)
    if kind in {"postgresql", "postgres"}:
        return PostgreSQL("postgresql://" + rest, schema)
    raise ValueError(f"a database URL starts with sqlite:/// or postgresql://, not {scheme!r}")

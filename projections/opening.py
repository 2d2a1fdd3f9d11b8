"""Opening the records store: what is folded from the log, and the reference data beside it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from projections import schema, tables
from projections.reference import tables as reference
from projections.runner.ledger import NEXT
from statements.errors import Unavailable
from statements.migrate import require_role
from statements.opening import open_database

if TYPE_CHECKING:
    from sqlalchemy import Table

    from statements.connection import Connection
    from statements.database import Database

_LAYOUT = "layout"
"""Names the number of how the tables are made, in `counter`."""

TABLES: list[Table] = [*tables.metadata.sorted_tables, *reference.metadata.sorted_tables]


def open_records(url: str) -> Database:
    """Open the records store and make the tables that it lacks.

    Whoever may not make tables can open a store that has them all. Commits may be lost with the
    power, in order: what was folded is folded again.

    Raises:
        ValueError: the URL is of another kind.
        Unavailable: the database does not answer, or tables are missing and may not be made.

    """
    database = open_database(url, schema=schema.SCHEMA, durable=False)
    try:
        missing = _missing(database)
        if missing:
            database.write(lambda c: schema.create(database, c, missing), lock=schema.LOCK)
    except BaseException:
        database.close()
        raise
    return database


def create_records(url: str) -> list[str]:
    """Make the tables that the records store lacks; their names.

    Those that are folded are made anew if an older program made them otherwise.
    """
    with closing(open_database(url, schema=schema.SCHEMA, durable=False)) as database:
        missing = _missing(database)
    with closing(open_records(url)) as database:
        renew_records(database)
    return [table.name for table in missing]


def renew_records(database: Database) -> bool:
    """Throw the folded rows away if their tables are made otherwise now; whether that was so."""
    layout = schema.layout_of(tables.metadata.sorted_tables)

    def renew(connection: Connection) -> bool:
        rows = connection.fetch(tables.counter, [(_LAYOUT,)])
        outdated = bool(rows) and rows[0][1] != layout
        if outdated:
            for table in (*tables.edition("").values(), *tables.edition(NEXT).values()):
                connection.script(f"DROP TABLE IF EXISTS {table.name}")
            schema.create(database, connection, tables.metadata.sorted_tables)
        if outdated or not rows:
            connection.replace(tables.counter, [(_LAYOUT, layout)])
        return outdated

    return database.write(renew, lock=schema.LOCK)


def grant_records(url: str, role: str) -> None:
    """Let a PostgreSQL role read the records, and those tables too that are made later.

    Reference data it may change as well, since they come by the API too. Does nothing on SQLite,
    which has no roles. Raises ValueError for a name that is no plain identifier.
    """
    place = schema.SCHEMA
    changed = ", ".join(f"{place}.{table.name}" for table in reference.metadata.sorted_tables)
    grants = (
        f"GRANT USAGE ON SCHEMA {place} TO {role};"
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {role};"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {place} TO {role};"
        f"GRANT INSERT, UPDATE, DELETE ON {changed} TO {role};"
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {place} GRANT SELECT ON TABLES TO {role};"
    )
    with closing(open_records(url)) as database:
        if database.name == "postgresql":
            require_role(database, role)
            database.write(lambda connection: connection.script(grants), lock=schema.LOCK)


def _missing(database: Database) -> list[Table]:
    try:
        return database.read(
            lambda connection: [
                table for table in TABLES if not database.has_table(connection, table.name)
            ]
        )
    except Unavailable:
        if database.name == "sqlite":  # its folder is not there yet
            return TABLES
        raise

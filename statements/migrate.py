"""Forward-only migrations with a ledger, safe when several processes start at once."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, text

from statements import tables
from statements.clock import now
from statements.errors import SchemaOutdated
from statements.opening import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection, Read
    from statements.database import Database

_LEDGER = "CREATE TABLE IF NOT EXISTS migration (number bigint PRIMARY KEY, name text NOT NULL, applied bigint NOT NULL);"  # noqa: E501
_APPLIED = select(tables.migration.c.number)
_FILE = re.compile(r"(\d{4})_(\w+)\.(\w+)\.sql")


class Migration(NamedTuple):
    """One file of `statements/migrations`."""

    number: int
    name: str
    sql: str


def migrations(database_name: str) -> list[Migration]:
    """All migrations for a kind of database, in order."""
    found = []
    for file in files("statements").joinpath("migrations").iterdir():
        match = _FILE.fullmatch(file.name)
        if match and match[3] == database_name:
            found.append(Migration(int(match[1]), match[2], file.read_text()))
    return sorted(found)


def migrate(database: Database) -> list[str]:
    """Apply what is pending, all in one transaction; names of what was applied.

    A second process waits for the first one's lock and then finds nothing to do.
    """
    return database.write(lambda connection: _apply(database, connection), lock=b"migrate")


def pending(database: Database, read: Read | None = None) -> list[str]:
    """Names of the migrations that this program has and the database lacks."""
    waiting = (read or database.read)(lambda connection: _pending(database, connection))
    return [each.name for each in waiting]


@contextmanager
def open_current(url: str) -> Iterator[Database]:
    """A database that has every migration, closed at the end.

    Raises:
        SchemaOutdated: migrations are pending.
        ValueError: the URL is of another kind.

    """
    with closing(open_database(url)) as database:
        require_current(database)
        yield database


def require_current(database: Database, read: Read | None = None) -> None:
    """Raise SchemaOutdated if a migration is pending; a database that is not there is not made.

    The database is asked by `read` if that is given.
    """
    if place := database.missing():
        raise SchemaOutdated(f"there is no database at {place}: run lrs migrate")
    if names := pending(database, read):
        raise SchemaOutdated(f"the database lacks migrations ({', '.join(names)}): run lrs migrate")


def grant(database: Database, role: str) -> None:
    """Give a PostgreSQL role what a server needs and no more: it can't change the log.

    Raises:
        ValueError: the database is not PostgreSQL, or the role's name is not a plain identifier.

    """
    require_role(database, role)
    database.write(lambda connection: connection.script(_grants(role)), lock=b"migrate")


def require_role(database: Database, role: str) -> None:
    """Raise ValueError if the database has no roles, or a role's name is no plain identifier."""
    if database.name != "postgresql":
        raise ValueError("roles exist on PostgreSQL only")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]{0,62}", role):
        raise ValueError(f"{role!r} is not a plain role name")


def _apply(database: Database, connection: Connection) -> list[str]:
    waiting = _pending(database, connection)
    if waiting and not database.has_table(connection, "migration"):
        connection.script(_LEDGER)
    for each in waiting:
        connection.script(each.sql)
        row = (each.number, each.name, now())
        connection.insert(tables.migration, [row])
    return [each.name for each in waiting]


def _pending(database: Database, connection: Connection) -> list[Migration]:
    applied: set[int] = set()
    if database.has_table(connection, "migration"):
        applied = {number for (number,) in connection.rows(_APPLIED)}
    return [each for each in migrations(database.name) if each.number not in applied]


def _grants(role: str) -> str:
    everything = tables.metadata.sorted_tables
    append = [table.name for table in tables.APPEND_ONLY if table not in tables.OWNERS]
    rights = {
        "SELECT": [table.name for table in everything],
        "INSERT": append,
        "INSERT, UPDATE, DELETE": [tables.document.name],
        "UPDATE (last_used)": [tables.credential.name],
    }
    commands = [f"REVOKE ALL ON {', '.join(rights['SELECT'])} FROM {role};"]
    commands += [f"GRANT {right} ON {', '.join(on)} TO {role};" for right, on in rights.items()]
    return "".join(commands)


_DISTRIBUTE = text("SELECT create_distributed_table(:name, :column)")
_DISTRIBUTED = text("SELECT CAST(logicalrelid AS text) FROM pg_dist_partition")


def distribute(database: Database) -> list[str]:
    """Spread the tables over a Citus cluster; names of the tables distributed now.

    Does nothing without the extension, nor to tables that are spread already. Run it after the
    migrations, while the tables are empty.
    """
    if not database.read(lambda connection: connection.is_distributed()):
        return []
    return database.write(_distribute, lock=b"migrate")


def _distribute(connection: Connection) -> list[str]:
    done = {name for (name,) in connection.rows(_DISTRIBUTED)}
    wanted = {table.name: table.info["distributed_by"] for table in tables.metadata.sorted_tables}
    names = [name for name, column in wanted.items() if column is not None and name not in done]
    for name in names:
        # Triggers are refused on distributed tables; there the privileges alone protect the log.
        connection.script(f"DROP TRIGGER IF EXISTS append_only ON {name}")
        connection.rows(_DISTRIBUTE, name=name, column=wanted[name])
    return names

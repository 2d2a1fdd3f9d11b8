"""What is in the log can't be changed, by trying."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select

from statements import tables
from statements.erasures import Wish, record
from statements.prepared import sender
from statements.sqlite import SQLite
from tests.statements.bitmaps import seal_all
from tests.statements.conftest import GIVEN_URL
from tests.statements.store import ANNA, COURSE, Store, new_request, new_statement, new_void

if TYPE_CHECKING:
    from sqlalchemy import Table

    from tests.statements.conftest import RawConnection

Refused = (sqlite3.IntegrityError, psycopg.errors.RestrictViolation)
DESCRIBER = sender(ANNA, "ville", may_define=True)
OVERWRITES = (
    "UPDATE {table} SET {first} = {first}",
    "DELETE FROM {table}",
    """INSERT INTO {table} ({all}) SELECT {all} FROM {table} WHERE true
    ON CONFLICT ({keys}) DO UPDATE SET {first} = excluded.{first}""",
)
OVERWRITES_POSTGRESQL = (
    "UPDATE {table} SET {first} = {first} WHERE false",
    "TRUNCATE {table} CASCADE",
)


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Lend a store that has a row in every table of the log."""
    if GIVEN_URL and store.database.name == "postgresql":
        pytest.skip("distributed tables have no triggers: there the privileges protect them")
    target = new_statement(
        actor=ANNA | {"name": "Anna"},
        object={"id": COURSE, "definition": {"name": {"en": "Course"}}},
    )
    request = new_request(target, new_void(target["id"]), by=DESCRIBER)
    request.attachments[b"0" * 32] = b"content"
    store.appender.append([request])
    wish = Wish((UUID(target["id"]),), frozenset({"mbox:mailto:anna@example.org"}))
    record(store.database, wish)
    seal_all(store.database, monkeypatch)
    return store


def content(store: Store, table: Table) -> list[tuple[object, ...]]:
    """Read a whole table."""
    rows = store.database.read(lambda c: c.rows(select(table).order_by(*table.primary_key)))
    assert rows, f"{table.name} has no row to try on"
    return rows


def run(store: Store, sql: str) -> None:
    """Run a command on a connection of ours."""
    store.database.write(lambda connection: connection.script(sql))


def command(template: str, store: Store, table: Table) -> str:
    """Write a command for a table."""
    without = {"shard"} if isinstance(store.database, SQLite) else set()
    return template.format(
        table=table.name,
        first=table.columns[0].name,
        all=", ".join(column.name for column in table.columns),
        keys=", ".join(c.name for c in table.primary_key if c.name not in without),
    )


def test_every_table_but_documents_and_credentials_is_append_only() -> None:
    append_only = {table.name for table in tables.APPEND_ONLY}
    others = set(tables.metadata.tables) - append_only
    assert others == {"document", "credential"}


def test_no_row_of_the_log_can_be_changed_or_deleted(filled: Store, raw: RawConnection) -> None:
    more = () if isinstance(filled.database, SQLite) else OVERWRITES_POSTGRESQL
    for table in tables.APPEND_ONLY:
        before = content(filled, table)
        for template in OVERWRITES + more:
            with pytest.raises(Refused, match=f"{table.name} is append-only"):
                raw.execute(command(template, filled, table))
        assert content(filled, table) == before


def test_our_sqlite_connections_refuse_to_replace_a_row(filled: Store) -> None:
    if not isinstance(filled.database, SQLite):
        pytest.skip("INSERT OR REPLACE is SQLite's")
    for table in tables.APPEND_ONLY:
        before = content(filled, table)
        replace = command("INSERT OR REPLACE INTO {table} SELECT * FROM {table};", filled, table)
        with pytest.raises(sqlite3.IntegrityError, match=f"{table.name} is append-only"):
            run(filled, replace)
        assert content(filled, table) == before


def test_a_reading_connection_cannot_write_on_sqlite(store: Store) -> None:
    if not isinstance(store.database, SQLite):
        pytest.skip("on PostgreSQL the privileges say what a server may do")
    with pytest.raises(Exception, match="readonly database"):
        store.database.read(lambda c: c.insert(tables.attachment, [(b"1", b"2")]))

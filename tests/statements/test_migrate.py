"""The schema comes from migrations, applied once, all or nothing."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    BigInteger,
    LargeBinary,
    SmallInteger,
    String,
    create_engine,
    inspect,
    make_url,
    select,
)

from statements import tables
from statements.errors import SchemaOutdated, Unavailable
from statements.migrate import Migration, migrate, migrations, pending, require_current
from statements.opening import open_database
from tests.statements.store import Store, counts, new_statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ProcessPoolExecutor

    from sqlalchemy import Inspector, Table
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from statements.database import Database

TYPES = {
    "sqlite": {
        BigInteger: "INTEGER",
        SmallInteger: "INTEGER",
        LargeBinary: "BLOB",
        String: "TEXT",
    },
    "postgresql": {
        BigInteger: "BIGINT",
        SmallInteger: "SMALLINT",
        LargeBinary: "BYTEA",
        String: "TEXT",
    },
}


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """Lend an empty database, not migrated."""
    with closing(open_database(empty_url)) as database:
        yield database


def ledger(database: Database) -> list[tuple[int, str]]:
    """Read what was applied."""
    column = tables.migration.c
    query = select(column.number, column.name).order_by(column.number)
    return [(row[0], row[1]) for row in database.read(lambda connection: connection.rows(query))]


def has_table(database: Database, name: str) -> bool:
    """Tell whether there is a table."""
    return database.read(lambda connection: database.has_table(connection, name))


def test_migrating_applies_everything_once_and_writes_it_down(empty: Database) -> None:
    files_of_program = migrations(empty.name)
    names = [each.name for each in files_of_program]
    assert migrate(empty) == names
    assert migrate(empty) == []
    assert ledger(empty) == [(each.number, each.name) for each in files_of_program]


def test_a_database_that_lacks_a_migration_says_which(empty: Database) -> None:
    names = [each.name for each in migrations(empty.name)]
    assert pending(empty) == names
    with pytest.raises(SchemaOutdated, match=", ".join(names)):
        require_current(empty)
    migrate(empty)
    assert pending(empty) == []
    require_current(empty)


def migrate_url(url: str) -> list[str]:
    """Migrate as a process of its own that is just starting."""
    with closing(open_database(url)) as database:
        return migrate(database)


def test_of_several_processes_at_once_one_migrates(
    empty: Database, empty_url: str, processes: ProcessPoolExecutor
) -> None:
    starting = [processes.submit(migrate_url, empty_url) for _ in range(4)]
    applied = [migrate(empty), *(process.result() for process in starting)]
    names = [each.name for each in migrations(empty.name)]
    assert sorted(applied) == [[], [], [], [], names]
    assert [name for _, name in ledger(empty)] == names


def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = migrations(empty.name)
    bad = Migration(9999, "bad", "CREATE TABLE half (n bigint);\nINSERT INTO nowhere VALUES (1);")
    with monkeypatch.context() as patched:
        patched.setattr("statements.migrate.migrations", lambda _: [*good, bad])
        with pytest.raises(Exception, match="nowhere") as failure:
            migrate(empty)
        assert not isinstance(failure.value, Unavailable)  # our mistake, not the database's
    assert not any(has_table(empty, name) for name in ("half", "statement", "migration"))
    assert migrate(empty) == [each.name for each in good]


def test_a_later_migration_is_applied_to_a_store_in_use(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty)
    store = Store(empty)
    store.append(new_statement())
    added = Migration(9999, "added", "CREATE TABLE added (n bigint)")  # the last needs no semicolon
    everything = [*migrations(empty.name), added]
    monkeypatch.setattr("statements.migrate.migrations", lambda _: everything)
    assert pending(empty) == migrate(empty) == ["added"]
    assert has_table(empty, "added")
    assert counts(store.append(new_statement())) == (1, 0)


def test_both_databases_have_the_same_migrations() -> None:
    sqlite, postgresql = (migrations(name) for name in ("sqlite", "postgresql"))
    assert [each[:2] for each in sqlite] == [each[:2] for each in postgresql]
    assert [each.number for each in sqlite] == list(range(1, len(sqlite) + 1))


def test_every_file_is_a_migration() -> None:
    found = len(migrations("sqlite")) + len(migrations("postgresql"))
    assert len(list(files("statements").joinpath("migrations").iterdir())) == found


@pytest.fixture
def schema(url: str) -> Iterator[Inspector]:
    """Lend a look at the schema that the migrations made."""
    name = "postgresql+psycopg" if url.startswith("postgres") else "sqlite"
    engine = create_engine(make_url(url).set(drivername=name))
    yield inspect(engine)
    engine.dispose()


def test_the_tables_of_the_program_are_those_of_the_migrations(schema: Inspector) -> None:
    assert set(schema.get_table_names()) == set(tables.metadata.tables)
    for table in tables.metadata.sorted_tables:
        assert columns_found(schema, table) == columns_expected(schema.dialect.name, table)
        assert keys_found(schema, table) == keys_expected(schema.dialect.name, table), table.name


def columns_found(schema: Inspector, table: Table) -> dict[str, tuple[str, bool, object]]:
    return {
        each["name"]: (type_found(schema, each), nullable(schema, table, each), each["default"])
        for each in schema.get_columns(table.name)
        if each["name"] != "room"  # nobody writes or reads it (docs/decisions/0023-compression.md)
    }


def type_found(schema: Inspector, column: ReflectedColumn) -> str:
    """Tell a column's type; to SQLite any name with INT in it is an integer of any size."""
    name = str(column["type"])
    return "INTEGER" if schema.dialect.name == "sqlite" and "INT" in name else name


def nullable(schema: Inspector, table: Table, column: ReflectedColumn) -> bool:
    """Tell whether a column takes NULL; SQLite says yes of a key that stands for the row id."""
    key = schema.get_pk_constraint(table.name)["constrained_columns"]
    return bool(column["nullable"]) and key != [column["name"]]


def columns_expected(dialect: str, table: Table) -> dict[str, tuple[str, bool, object]]:
    return {
        column.name: (TYPES[dialect][type(column.type)], bool(column.nullable), None)
        for column in table.columns
    }


def keys_found(schema: Inspector, table: Table) -> set[str | None]:
    return set(schema.get_pk_constraint(table.name)["constrained_columns"])


def keys_expected(dialect: str, table: Table) -> set[str]:
    """SQLite is never distributed: the shard adds nothing to its keys."""
    left_out = {"shard"} if dialect == "sqlite" else set()
    return {column.name for column in table.primary_key} - left_out


def unique_keys(schema: Inspector, table: Table) -> list[set[str | None]]:
    """All sets of columns that a table demands to be unique."""
    unique = [
        set(each["column_names"]) for each in schema.get_indexes(table.name) if each["unique"]
    ]
    return [keys_found(schema, table), *unique]


def test_an_id_is_unique_in_the_log(schema: Inspector) -> None:
    shard = {"shard"} if schema.dialect.name == "postgresql" else set()
    assert {"id"} | shard in unique_keys(schema, tables.statement)


def test_postgresql_tables_are_fit_to_be_distributed(schema: Inspector) -> None:
    if schema.dialect.name != "postgresql":
        pytest.skip("SQLite is never distributed")
    for table in tables.metadata.sorted_tables:
        column = table.info["distributed_by"]
        if column is not None:
            assert all(column in key for key in unique_keys(schema, table)), table.name
    assert schema.get_sequence_names() == []


def test_every_table_says_how_it_is_distributed() -> None:
    for table in tables.metadata.sorted_tables:
        column = table.info["distributed_by"]
        assert column is None or column in table.primary_key.columns
    together = {tables.statement, tables.posting, tables.voided, tables.reference}
    assert {table.info["distributed_by"] for table in together} == {"shard"}

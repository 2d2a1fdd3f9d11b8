"""Spreading the tables over a Citus cluster, as far as can be seen without one.

The stand-in notes what is asked of it and refuses what Citus refuses. The real one is tested by
running this whole folder with LRS_TEST_DATABASE_URL.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from statements import tables
from statements.migrate import distribute, migrate
from statements.opening import open_database
from tests.plugins.postgresql import connect
from tests.statements.store import Store, counts, new_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Database

STAND_IN = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    VALUES (99999, 'citus', 10, 11, false, '0');
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, wanted text);
CREATE FUNCTION create_distributed_table(name regclass, wanted text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = name) THEN
        RAISE 'triggers are not supported on distributed tables';
    END IF;
    INSERT INTO pg_dist_partition VALUES (name, wanted);
END $$;
"""


@pytest.fixture
def coordinator(postgresql_database: str) -> Iterator[Database]:
    """Lend a migrated database that says it has Citus."""
    with closing(open_database(postgresql_database)) as database:
        migrate(database)
        with closing(connect(postgresql_database)) as raw:
            raw.execute(STAND_IN)
        yield database


def test_the_tables_are_spread_once_by_the_column_that_each_names(coordinator: Database) -> None:
    wanted = [table.name for table in tables.metadata.sorted_tables if table.info["distributed_by"]]
    assert coordinator.read(lambda connection: connection.is_distributed())
    assert distribute(coordinator) == wanted
    assert distribute(coordinator) == []
    assert counts(Store(coordinator).append(new_statement())) == (1, 0)


def test_tables_that_stay_in_one_place_keep_their_triggers(
    coordinator: Database, postgresql_database: str
) -> None:
    distribute(coordinator)
    Store(coordinator).append(new_statement())
    with closing(connect(postgresql_database)) as raw:
        for name in ("term", "migration"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                raw.execute(f"DELETE FROM {name}".encode())  # noqa: S608


def test_other_databases_are_left_alone(database: Database) -> None:
    if database.read(lambda connection: connection.is_distributed()):
        pytest.skip("this one is distributed")
    assert distribute(database) == []

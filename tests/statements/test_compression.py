"""PostgreSQL stores statements compressed (docs/decisions/0023-compression.md)."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from statements.migrate import migrate, migrations
from statements.opening import open_database
from tests.statements.store import Json, Store, new_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Database

SIZES = text(
    "SELECT length(payload), pg_column_size(payload), coalesce(pg_column_size(room), 0)"
    " FROM statement ORDER BY position"
)
BESIDE = text(
    "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = CAST('statement' AS regclass)"
)
HEADER_BYTES = 4


@pytest.fixture
def empty(postgresql_database: str) -> Iterator[Database]:
    """Lend an empty database, not migrated."""
    with closing(open_database(postgresql_database)) as database:
        yield database


def usual_statement(number: int) -> Json:
    """Make a statement of about a kilobyte, as players send them."""
    grouping = [{"id": f"https://villeapp.example.org/course/{n}"} for n in range(10)]
    context = {"platform": "Moodle", "contextActivities": {"grouping": grouping}}
    return new_statement(result={"response": f"answer {number}"}, context=context)


def sizes(database: Database) -> list[tuple[int, int, int]]:
    """Tell the bytes of each payload, of how it is stored, and of the room beside it."""
    rows = database.read(lambda connection: connection.rows(SIZES))
    return [(length, stored, room) for length, stored, room in rows]


def test_payloads_are_compressed_where_they_are(empty: Database) -> None:
    migrate(empty)
    Store(empty).append(*map(usual_statement, range(20)))
    assert len(sizes(empty)) == 20
    for length, stored, room in sizes(empty):
        assert length > 700
        assert stored < 0.75 * length
        assert room < 32
    assert empty.read(lambda connection: connection.rows(BESIDE)) == [(0,)]


def test_rows_from_before_stay_as_they_are(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [each for each in migrations("postgresql") if each.number < 10]
    with monkeypatch.context() as older:
        older.setattr("statements.migrate.migrations", lambda _: before)
        migrate(empty)
    store = Store(empty)
    store.append(usual_statement(1))
    log = store.log()
    migrate(empty)
    store.append(usual_statement(2))
    assert store.log()[:1] == log
    (length, stored, room), (_, compressed, _) = sizes(empty)
    assert (stored, room) == (length + HEADER_BYTES, 0)
    assert compressed < 0.75 * length

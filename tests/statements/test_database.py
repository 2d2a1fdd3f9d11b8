"""What both databases do alike: units of work, snapshots, many rows at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, func, select, text

from statements import tables
from statements.connection import AlreadyThere, TakesTime
from statements.errors import StoreError
from statements.opening import open_database
from statements.postgresql import PostgreSQL
from statements.sqlite import SQLite
from tests.statements.store import Store, new_statement

if TYPE_CHECKING:
    from statements.connection import Connection
    from statements.database import Database

TERMS = select(tables.term.c.number).order_by(tables.term.c.number)


class Interruption(Exception):
    """Something went wrong in a unit of work."""


def add_terms(connection: Connection, numbers: range) -> None:
    """Insert rows into some table."""
    rows = [(number.to_bytes(16, "big"), number) for number in numbers]
    connection.insert(tables.term, rows)


def numbers(database: Database) -> list[int]:
    """Read the rows that `add_terms` inserts."""
    return [number for (number,) in database.read(lambda connection: connection.rows(TERMS))]


@pytest.mark.parametrize("count", [0, 1, 32, 33, 20_000])
def test_any_number_of_rows_is_inserted_and_found(database: Database, count: int) -> None:
    wanted = range(1, count + 1)
    database.write(lambda connection: add_terms(connection, wanted))
    digests = [number.to_bytes(16, "big") for number in range(count + 2)]
    column = tables.term.c
    found = database.read(lambda c: c.find(column.digest, digests, column.number, column.digest))
    assert sorted(found) == [(number, number.to_bytes(16, "big")) for number in wanted]


def test_rows_that_are_there_are_left_out_only_when_asked_for(database: Database) -> None:
    database.write(lambda connection: add_terms(connection, range(1, 3)))
    three = [(number.to_bytes(16, "big"), number) for number in (1, 2, 3)]
    with pytest.raises(Exception, match=r"(?i)unique"):
        database.write(lambda connection: connection.insert(tables.term, three))
    assert numbers(database) == [1, 2]
    database.write(lambda connection: connection.insert(tables.term, three, if_absent=True))
    assert numbers(database) == [1, 2, 3]


def test_work_that_meets_a_row_that_was_to_be_new_is_done_once_more_and_no_oftener(
    database: Database,
) -> None:
    database.write(lambda connection: add_terms(connection, range(2, 3)))
    tries: list[int] = []

    def append(connection: Connection, _: int) -> None:
        tries.append(len(tries))
        connection.insert(tables.term, [(b"other", 9)])
        rows = [(number.to_bytes(16, "big"), number) for number in (1, 2, 3)]
        connection.insert_new(tables.term, rows if len(tries) % 2 else [])

    database.append(append)
    assert tries == [0, 1]
    assert numbers(database) == [2, 9]
    with pytest.raises(AlreadyThere):
        database.append(lambda connection, _: connection.insert_new(tables.term, [(b"other", 9)]))
    assert numbers(database) == [2, 9]


@pytest.mark.parametrize("unit", ["append", "write"])
def test_a_unit_of_work_that_fails_leaves_nothing_and_the_next_one_works(
    database: Database, unit: str
) -> None:
    def fail(connection: Connection, *_: int) -> None:
        add_terms(connection, range(1, 3))
        raise Interruption

    def succeed(connection: Connection, *_: int) -> str:
        add_terms(connection, range(5, 6))
        return "done"

    run = getattr(database, unit)
    with pytest.raises(Interruption):
        run(fail)
    assert numbers(database) == []
    assert run(succeed) == "done"
    assert numbers(database) == [5]


def test_a_snapshot_sees_one_state_whatever_is_appended(store: Store) -> None:
    store.append(new_statement(), new_statement())
    log = select(tables.statement.c.position).where(
        tables.statement.c.position > bindparam("after")
    )

    def work(connection: Connection) -> list[int]:
        before = connection.rows(log, after=0)
        store.append(new_statement())
        streamed = list(connection.stream(log, after=0))
        assert sorted(before) == sorted(streamed)
        return [position for (position,) in streamed]

    assert sorted(store.database.snapshot(work)) == [1, 2]
    assert len(store.log()) == 3


def test_a_snapshot_that_fails_is_ended(store: Store) -> None:
    def work(connection: Connection) -> None:
        connection.rows(TERMS)
        raise Interruption

    with pytest.raises(Interruption):
        store.database.snapshot(work)
    store.append(new_statement())
    assert len(store.log()) == 1


ENDLESS = text(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
    " SELECT max(i) FROM n"
)


def test_a_read_at_once_gives_up_what_takes_long(store: Store) -> None:
    read = store.database.read_at_once
    if not store.database.local:
        with pytest.raises(TakesTime):
            read(lambda connection: connection.rows(TERMS))
        return
    assert read(lambda connection: connection.rows(TERMS)) == []
    with pytest.raises(TakesTime):
        read(lambda connection: connection.rows(ENDLESS))
    with pytest.raises(TakesTime):
        read(lambda connection: connection.take_time())
    assert read(lambda connection: connection.rows(TERMS)) == []
    assert store.database.read(lambda connection: connection.rows(ENDLESS)) == [(3_000_000,)]


def test_a_column_of_numbers_comes_whole(store: Store) -> None:
    store.append(*[new_statement() for _ in range(5)])
    column = tables.statement.c.position.label("number")
    numbers = select(column).where(column > bindparam("after"))
    assert sorted(store.database.read(lambda c: c.numbers(numbers, after=2))) == [3, 4, 5]
    assert store.database.read(lambda c: c.numbers(numbers, after=9)) == []


def test_contents_come_whole_with_their_numbers(store: Store) -> None:
    column = tables.attachment.c
    length = func.length(column.content).label("number")
    query = select(length, column.content.label("content"))
    assert store.database.read(lambda c: c.contents(query)) == []
    rows = [(b"1", b""), (b"2", b"a,b"), (b"3", bytes(range(256)))]
    store.database.write(lambda connection: connection.insert(tables.attachment, rows))
    found = store.database.read(lambda c: c.contents(query))
    assert sorted(found) == [(len(content), content) for _, content in rows]


def test_the_size_grows_with_the_log(store: Store) -> None:
    before = store.database.size_bytes()
    texts = [os.urandom(5_000).hex() for _ in range(100)]  # hard to compress
    store.append(*[new_statement(result={"response": text}) for text in texts])
    assert store.database.size_bytes() - before > 400_000


def test_a_closed_database_can_be_closed_again(store: Store) -> None:
    store.append(new_statement())
    store.log()
    store.database.close()
    store.database.close()
    assert store.database.closed


def test_a_mistake_in_a_query_is_raised_as_it_is(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as failure:
        database.write(lambda connection: connection.script("SELECT * FROM nowhere;"))
    assert not isinstance(failure.value, StoreError)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///store.sqlite", "store.sqlite"),
        ("sqlite:////var/lib/store.sqlite", "/var/lib/store.sqlite"),
        ("sqlite+pysqlite:///a/b", "a/b"),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: str) -> None:
    database = open_database(url)
    assert isinstance(database, SQLite)
    assert database.path == path


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_url_may_name_a_driver(scheme: str) -> None:
    assert isinstance(open_database(f"{scheme}://lrs@localhost/lrs"), PostgreSQL)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/lrs",
        "store.sqlite",
        "",
        "sqlite",
        "sqlite://",
        "sqlite://a",
        "sqlite:///",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        open_database(url)

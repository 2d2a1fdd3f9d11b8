"""Rows replaced, fetched and removed by key, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, Column, Double, LargeBinary, MetaData, String, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from statements.connection import Connection, Row
    from statements.database import Database

SHELF = Table(
    "shelf",
    MetaData(),
    Column("room", BigInteger(), primary_key=True),
    Column("label", String(), primary_key=True),
    Column("height", Double(), nullable=True),
    Column("content", LargeBinary()),
)
ROWS: list[Row] = [(room, f"l{n}", n / 2 or None, b"c") for room in range(40) for n in range(30)]


@pytest.fixture
def shelves(database: Database) -> Database:
    kinds = {"sqlite": ("REAL", "BLOB"), "postgresql": ("double precision", "bytea")}
    height, content = kinds[database.name]

    def fill(connection: Connection) -> None:
        connection.script(
            f"CREATE TABLE shelf (room bigint, label text, height {height}, content {content},"
            " PRIMARY KEY (room, label));"
        )
        connection.replace(SHELF, ROWS)

    database.write(fill)
    return database


def test_rows_are_fetched_by_whole_keys_and_by_their_first_columns(shelves: Database) -> None:
    def fetch(keys: list[Row]) -> list[Row]:
        return sorted(shelves.read(lambda connection: connection.fetch(SHELF, keys)))

    assert fetch([]) == []
    assert fetch([(7, "l3"), (7, "none"), (8, "l0")]) == [
        (7, "l3", 1.5, b"c"),
        (8, "l0", None, b"c"),
    ]
    assert fetch([(7,), (39,)]) == sorted(row for row in ROWS if row[0] in {7, 39})
    assert fetch([row[:2] for row in ROWS]) == sorted(ROWS)


def test_a_row_takes_the_place_of_the_one_with_its_key(shelves: Database) -> None:
    def change(connection: Connection) -> None:
        connection.replace(SHELF, [])
        connection.replace(SHELF, [(7, "l3", None, b"new"), (99, "x", 1.0, b"")])

    shelves.write(change)
    found = shelves.read(lambda connection: connection.fetch(SHELF, [(7, "l3"), (99, "x")]))
    assert sorted(found) == [(7, "l3", None, b"new"), (99, "x", 1.0, b"")]


def test_a_row_that_is_a_key_and_nothing_else_may_come_again(database: Database) -> None:
    marks = Table("mark", MetaData(), Column("number", BigInteger(), primary_key=True))

    def change(connection: Connection) -> None:
        connection.script("CREATE TABLE mark (number bigint PRIMARY KEY);")
        connection.replace(marks, [(1,), (2,)])
        connection.replace(marks, [(2,), (3,)])

    database.write(change)
    found = database.read(lambda connection: connection.fetch(marks, [(1,), (2,), (3,), (4,)]))
    assert sorted(found) == [(1,), (2,), (3,)]


def test_rows_are_removed_by_whole_keys_and_by_their_first_columns(shelves: Database) -> None:
    def change(connection: Connection) -> None:
        connection.remove(SHELF, [])
        connection.remove(SHELF, [(7, "l3"), (7, "none")])
        connection.remove(SHELF, [(8,), (9,)])

    shelves.write(change)
    left: Callable[[Connection], list[Row]] = lambda connection: connection.fetch(  # noqa: E731
        SHELF, [(room,) for room in range(40)]
    )
    gone = {(7, "l3"), *((room, f"l{n}") for room in (8, 9) for n in range(30))}
    assert sorted(shelves.read(left)) == sorted(row for row in ROWS if row[:2] not in gone)


def test_spans_hold_what_lies_between_and_the_last_one_before(shelves: Database) -> None:
    def fetch(spans: list[Row]) -> list[Row]:
        found = shelves.read(lambda connection: connection.fetch_between(SHELF, spans))
        return sorted(row[:2] for row in found)

    assert fetch([]) == []
    assert fetch([(7, "l10", "l12")]) == [(7, "l1"), (7, "l10"), (7, "l11"), (7, "l12")]
    assert fetch([(7, "a", "b"), (8, "m", "n"), (99, "a", "z")]) == [(8, "l9")]

"""Queries over libpq: any value, any number of texts, and errors that do no harm."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.adapt import PyFormat

from statements.postgresql_connection import PostgreSQLConnection
from statements.postgresql_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def connection(postgresql_database: str) -> Iterator[PostgreSQLConnection]:
    """Lend a connection."""
    connection = PostgreSQLConnection(postgresql_database.replace("+psycopg", ""))
    with closing(connection.raw):
        yield connection


@pytest.fixture
def wire(connection: PostgreSQLConnection) -> Wire:
    """Lend its wire."""
    return Wire(connection.raw, connection.wait)


def test_values_go_and_come_as_they_are(wire: Wire) -> None:
    values = [0, 2**62, -1, None, "é\n'", b"\x00\xff", 1.5, True]
    sql = "SELECT $1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6, $7, $8"
    assert wire.rows(sql, values) == [tuple(values)]


def test_arrays_go_as_one_value(wire: Wire) -> None:
    arrays = [[1, 2**40], [b"a", b""], ["x", None]]
    sql = "SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[])"
    assert wire.rows(sql, arrays, PyFormat.BINARY) == [(1, b"a", "x"), (2**40, b"", None)]


def test_a_text_is_prepared_once_and_more_than_can_be_kept_are_prepared_anew(
    connection: PostgreSQLConnection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.postgresql_wire.PREPARED_STATEMENTS", 3)
    for _ in range(3):
        for number in range(5):
            assert wire.rows(f"SELECT $1::bigint + {number}", [1]) == [(1 + number,)]
            assert wire.rows(f"SELECT $1::bigint + {number}", [2]) == [(2 + number,)]
            (kept,) = connection.raw.execute("SELECT count(*) FROM pg_prepared_statements")
            assert kept[0] <= 3


def test_an_error_is_raised_and_the_connection_goes_on(wire: Wire) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        wire.rows("SELECT * FROM nowhere", [])
    for divisor in (0, 0):
        with pytest.raises(psycopg.errors.DivisionByZero):
            wire.rows("SELECT 1 / $1::bigint", [divisor])
    assert wire.rows("SELECT 1 / $1::bigint", [1]) == [(1,)]


def test_rows_that_were_changed_are_counted(wire: Wire) -> None:
    wire.count("CREATE TEMPORARY TABLE kept (number bigint)", [])
    assert wire.count("INSERT INTO kept SELECT generate_series(1, $1::bigint)", [5]) == 5
    assert wire.count("DELETE FROM kept WHERE number > $1", [3]) == 2

"""Queries over libpq: any value, any number of texts, and errors that do no harm."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.adapt import PyFormat

from statements.postgresql_connection import PostgreSQLConnection
from statements.postgresql_wire import Command, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Row


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


def rows(wire: Wire, sql: str, *values: object) -> list[Row]:
    """Rows of a query."""
    return wire.rows(wire.run(Command(sql, values)))


def test_values_go_and_come_as_they_are(wire: Wire) -> None:
    values = [0, 2**62, -1, None, "é\n'", b"\x00\xff", 1.5, True]
    sql = "SELECT $1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6, $7, $8"
    assert rows(wire, sql, *values) == [tuple(values)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, 2**40, -(2**63)]),
        ("bigint", [7, None]),
        ("bytea", [b"a", b"", b"\x00\xff" * 9]),
        ("bytea", [b"same", b"size"]),
        ("bytea", [b"a", None]),
        ("text", ["x", "", "é" * 300]),
        ("text", ["one size", "é'\\, {}"]),
        ("text", [None, "a"]),
        ("boolean", [True, False]),
        ("float8", [0.5, -1.0]),
    ],
)
def test_an_array_goes_as_one_value(wire: Wire, kind: str, values: list[object]) -> None:
    sql = f"SELECT * FROM unnest($1::{kind}[])"  # noqa: S608  # kinds from above
    result = wire.run(Command(sql, [values], PyFormat.BINARY))
    assert wire.rows(result) == [(value,) for value in values]


def test_several_arrays_go_together(wire: Wire) -> None:
    arrays = [[1, 2**40], [b"a", b""], ["x", None]]
    sql = "SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[])"
    result = wire.run(Command(sql, arrays, PyFormat.BINARY))
    assert wire.rows(result) == [(1, b"a", "x"), (2**40, b"", None)]


def test_a_text_is_prepared_once_and_more_than_can_be_kept_are_prepared_anew(
    connection: PostgreSQLConnection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.postgresql_wire.PREPARED_STATEMENTS", 3)
    for _ in range(3):
        for number in range(5):
            assert rows(wire, f"SELECT $1::bigint + {number}", 1) == [(1 + number,)]
            assert rows(wire, f"SELECT $1::bigint + {number}", 2) == [(2 + number,)]
            (kept,) = connection.raw.execute("SELECT count(*) FROM pg_prepared_statements")
            assert kept[0] <= 3


def test_an_error_is_raised_and_the_connection_goes_on(wire: Wire) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows(wire, "SELECT * FROM nowhere")
    for divisor in (0, 0):
        with pytest.raises(psycopg.errors.DivisionByZero):
            rows(wire, "SELECT 1 / $1::bigint", divisor)
    assert rows(wire, "SELECT 1 / $1::bigint", 1) == [(1,)]


def count(wire: Wire, sql: str, *values: object) -> int | None:
    """How many rows a data change touched."""
    return wire.run(Command(sql, values)).command_tuples


def test_rows_that_were_changed_are_counted(wire: Wire) -> None:
    count(wire, "CREATE TEMPORARY TABLE kept (number bigint)")
    assert count(wire, "INSERT INTO kept SELECT generate_series(1, $1::bigint)", 5) == 5
    assert count(wire, "DELETE FROM kept WHERE number > $1", 3) == 2


def added(*numbers: int) -> list[Command]:
    """Give one command for each number, of a text of its own."""
    return [Command(f"SELECT $1::bigint + {number}", [1]) for number in numbers]


def test_commands_that_go_together_are_answered_in_order(wire: Wire) -> None:
    for _ in range(2):  # the second time, they are prepared
        results = wire.run_all(added(3, 1, 2))
        assert [wire.rows(result) for result in results] == [[(4,)], [(2,)], [(3,)]]
    assert rows(wire, "SELECT 5") == [(5,)]


def test_commands_that_go_together_are_prepared_although_others_have_to_go(
    connection: PostgreSQLConnection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.postgresql_wire.PREPARED_STATEMENTS", 3)
    for numbers in ((1, 2), (3, 4, 5), (2, 3)):
        results = wire.run_all(added(*numbers))
        assert [wire.rows(result) for result in results] == [[(1 + n,)] for n in numbers]
        (kept,) = connection.raw.execute("SELECT count(*) FROM pg_prepared_statements")
        assert kept[0] <= 3


def test_what_comes_after_a_failure_is_not_run_and_the_connection_goes_on(wire: Wire) -> None:
    count(wire, "CREATE TEMPORARY TABLE kept (number bigint)")
    inserts = [Command("INSERT INTO kept SELECT 6 / $1::bigint", [n]) for n in (3, 0, 2)]
    with pytest.raises(psycopg.errors.DivisionByZero):
        wire.run_all(inserts)
    assert rows(wire, "SELECT * FROM kept") == []
    assert len(wire.run_all(inserts[::2])) == len(inserts[::2])
    assert rows(wire, "SELECT * FROM kept ORDER BY number") == [(2,), (3,)]


def test_much_goes_together_and_comes_back(wire: Wire) -> None:
    much = ["x" * 1_000_000] * 8  # more than the buffers between the two hold
    results = wire.run_all([Command("SELECT $1::text", [each]) for each in much])
    assert [wire.rows(result) for result in results] == [[(each,)] for each in much]


def test_a_connection_that_breaks_while_answers_are_due_is_closed(
    connection: PostgreSQLConnection, wire: Wire, postgresql_database: str
) -> None:
    url = postgresql_database.replace("+psycopg", "")
    with closing(psycopg.connect(url, autocommit=True)) as other:
        (pid,) = rows(wire, "SELECT pg_backend_pid()")[0]
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with pytest.raises(psycopg.OperationalError):
        wire.run_all(added(1, 2))
    assert connection.raw.closed

"""What a transaction inserts and asks is sent at once, in order, and not without its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import BigInteger, Column, MetaData, String, Table, select

from statements.connection import AlreadyThere
from statements.postgresql_connection import PostgreSQLConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult


def table(name: str) -> Table:
    """Tell of a table of numbers and labels."""
    return Table(
        name,
        MetaData(),
        Column("number", BigInteger(), primary_key=True),
        Column("label", String()),
    )


ONE, TWO, THREE = map(table, ("one", "two", "three"))
BEGIN = "SELECT 1"


class Counting(PostgreSQLConnection):
    """A connection that counts its exchanges with the server."""

    exchanges = 0

    def wait(self, exchange: PQGen[list[PGresult]]) -> list[PGresult]:
        """Count one more."""
        self.exchanges += 1
        return super().wait(exchange)


@pytest.fixture
def connection(postgresql_database: str) -> Iterator[Counting]:
    """Lend a connection to a database with the tables."""
    connection = Counting(postgresql_database.replace("+psycopg", ""))
    for each in (ONE, TWO, THREE):
        connection.script(f"CREATE TABLE {each.name} (number bigint PRIMARY KEY, label text)")
    yield connection
    connection.raw.close()


def found(connection: Counting, wanted: Table) -> list[tuple[int, str]]:
    """Read a table."""
    return [(n, label) for n, label in connection.rows(select(wanted).order_by(wanted.c.number))]


def fill(connection: Counting) -> None:
    """Insert into each of the tables."""
    connection.insert_new(ONE, [(1, "a"), (2, "b")])
    connection.insert(TWO, [(3, "c")])
    connection.insert(THREE, [(4, "d")], if_absent=True)


def test_what_is_inserted_together_takes_one_exchange(connection: Counting) -> None:
    for _ in range(2):  # the second time, the text is prepared
        with connection.transaction(BEGIN):
            before = connection.exchanges
            fill(connection)
            assert connection.exchanges == before
        exchanges = connection.exchanges - before
        assert found(connection, ONE) == [(1, "a"), (2, "b")]
        assert found(connection, TWO) == [(3, "c")]
        assert found(connection, THREE) == [(4, "d")]
        connection.script("TRUNCATE one, two, three")
    assert exchanges == len(("inserts", "COMMIT"))


def test_what_is_read_has_all_that_was_inserted_before(connection: Counting) -> None:
    with connection.transaction(BEGIN):
        fill(connection)
        assert found(connection, THREE) == [(4, "d")]
        connection.insert(ONE, [(5, "e")])
        connection.insert(ONE, [(5, "f"), (6, "f")], if_absent=True)
        assert found(connection, ONE) == [(1, "a"), (2, "b"), (5, "e"), (6, "f")]


def test_what_is_asked_together_takes_one_exchange(connection: Counting) -> None:
    fill(connection)
    all_of = [select(each) for each in (TWO, ONE)]
    for _ in range(2):  # the second time, the texts are prepared
        with connection.transaction(BEGIN):
            before = connection.exchanges
            answers = [connection.ask(query.order_by("number")) for query in all_of]
            labelled = connection.ask_find(ONE.c.label, ["b"], ONE.c.number)
            nothing = connection.ask_find(ONE.c.label, [], ONE.c.number)
            assert connection.exchanges == before
            assert answers[1]() == [(1, "a"), (2, "b")]
            exchanges = connection.exchanges - before
            assert answers[0]() == [(3, "c")]
            assert labelled() == labelled() == [(2,)]
            assert nothing() == []
            assert connection.exchanges == before + exchanges
    assert exchanges == 1


def test_what_is_asked_is_answered_in_its_place_between_insertions(connection: Counting) -> None:
    query = select(ONE.c.number)
    with connection.transaction(BEGIN):
        before = connection.ask(query)
        connection.insert(ONE, [(1, "a")])
        after = connection.ask(query)
        connection.insert(ONE, [(2, "b")])
        assert (before(), after()) == ([], [(1,)])


def test_outside_a_transaction_what_is_asked_is_answered_at_once(connection: Counting) -> None:
    answer = connection.ask(select(ONE.c.number))
    connection.insert(ONE, [(1, "a")])
    assert answer() == []


def ask_for_too_much(connection: Counting) -> None:
    """Insert, and ask what can't be answered."""
    connection.insert(TWO, [(2, "b")])
    connection.ask(select(ONE.c.number / (ONE.c.number - 1)))
    connection.insert(THREE, [(3, "c")])


def test_a_question_that_fails_ends_the_transaction(connection: Counting) -> None:
    connection.insert(ONE, [(1, "a")])
    with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction(BEGIN):
        ask_for_too_much(connection)
    assert [found(connection, each) for each in (ONE, TWO, THREE)] == [[(1, "a")], [], []]


def insert_some(connection: Counting) -> None:
    """Insert into one table alone."""
    connection.insert_new(ONE, [(2, "b"), (7, "g")])


@pytest.mark.parametrize("insert", [insert_some, fill])
def test_rows_that_had_to_be_new_and_are_not_end_the_transaction(
    connection: Counting, insert: Callable[[Counting], None]
) -> None:
    connection.insert(ONE, [(2, "before")])
    with pytest.raises(AlreadyThere), connection.transaction(BEGIN):
        insert(connection)
    assert found(connection, ONE) == [(2, "before")]
    assert found(connection, TWO) == []


def test_what_a_broken_off_transaction_would_have_inserted_is_forgotten(
    connection: Counting,
) -> None:
    def break_off() -> None:
        with connection.transaction(BEGIN):
            fill(connection)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with connection.transaction(BEGIN):
        connection.insert(TWO, [(8, "h")])
    assert [found(connection, each) for each in (ONE, TWO, THREE)] == [[], [(8, "h")], []]

"""How SQLite goes about a query, where another way would take a thousand times as long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from statements.page_queries import Shape, newest_query, page_query
from statements.sql_texts import render
from statements.sqlite_connection import DIALECT, SQLiteConnection

if TYPE_CHECKING:
    from sqlalchemy import Executable

    from statements.connection import Connection
    from statements.database import Database

pytestmark = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)

INHERITED = Shape(
    lead=(1, False),
    others=((1, False),),
    ascending=False,
    low=True,
    high=True,
    voided=False,
    inherited=True,
)


def plan(connection: Connection, query: Executable, *names: str) -> list[str]:
    """Tell the steps of a query with parameters."""
    assert isinstance(connection, SQLiteConnection)
    sql, constants, _ = render(query, DIALECT)
    values = constants | dict.fromkeys(names, 1)
    steps = connection.raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
    return [detail for *_, detail in steps]


def test_inherited_rows_are_looked_for_where_there_are_no_others(database: Database) -> None:
    names = ("k0_0", "k1_0", "low", "high", "rows")
    steps = database.read(lambda c: plan(c, page_query(INHERITED), *names))
    (lead,) = [step for step in steps if step.startswith("SEARCH lead")]
    assert lead.startswith(
        "SEARCH lead USING COVERING INDEX posting_inherited (key=? AND position>?"
    )


def test_the_newest_rows_of_a_key_are_read_from_the_end_of_its_rows(database: Database) -> None:
    query, _ = newest_query(1, 1)
    names = ("k0_0", "after0", "most0", "k1_0", "low", "high")
    steps = database.read(lambda c: plan(c, query, *names))
    assert [step.split("(", 1)[0] for step in steps if step.startswith("SEARCH posting")] == [
        "SEARCH posting USING PRIMARY KEY ",
        "SEARCH posting USING COVERING INDEX posting_inherited ",
    ]
    assert not [step for step in steps if "TEMP B-TREE" in step]  # nothing is sorted

"""How SQLite goes about a query, where another way would take a thousand times as long."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from statements.migrate import migrate
from statements.opening import open_database
from statements.page_queries import Shape, page_query
from statements.sql_texts import render
from statements.sqlite_connection import DIALECT, SQLiteConnection

if TYPE_CHECKING:
    from pathlib import Path

    from statements.connection import Connection

INHERITED = Shape(
    lead=(1, False),
    others=((1, False),),
    ascending=False,
    low=True,
    high=True,
    voided=False,
    inherited=True,
)


def plan(connection: Connection) -> list[str]:
    """Tell the steps of a page of inherited rows."""
    assert isinstance(connection, SQLiteConnection)
    sql, constants, _ = render(page_query(INHERITED), DIALECT)
    values = constants | dict.fromkeys(("k0_0", "k1_0", "low", "high", "rows"), 1)
    steps = connection.raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
    return [detail for *_, detail in steps]


def test_inherited_rows_are_looked_for_where_there_are_no_others(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'store.sqlite3'}")) as database:
        migrate(database)
        (lead,) = [step for step in database.read(plan) if step.startswith("SEARCH lead")]
    assert lead.startswith(
        "SEARCH lead USING COVERING INDEX posting_inherited (key=? AND position>?"
    )

"""What was folded anew takes the place of what was served, in one transaction.

Rows that are as they were keep the number of their last change; all others get a new one, and what
is gone leaves a trace, so that whoever synchronises sees just what changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from projections import tables
from projections.runner.ledger import EVENTS, NEXT
from projections.runner.rebuild import next_tables

if TYPE_CHECKING:
    from sqlalchemy import Table

    from projections.runner.turn import Turn

_UNSEEN = {"changed", "state"}
"""Columns that say nothing to whoever synchronises."""


def is_complete(turn: Turn) -> bool:
    """Whether something was folded anew, and all of it as far as what is served."""
    following = [each for each in turn.ledger.values() if each.is_next]
    served = turn.ledger.get(EVENTS)
    position = served.position if served else 0
    return bool(following) and all(
        each.cursor is None and each.stopped_at is None and each.position >= position
        for each in following
    )


def swap(turn: Turn) -> None:
    """Serve the next edition from now on."""
    names = {each.name.removesuffix(NEXT) for each in turn.ledger.values() if each.is_next}
    for table in next_tables(turn, names):
        _carry_over(turn, tables.metadata.tables[table.name.removesuffix(NEXT)])
    for table in next_tables(turn, names):
        served = table.name.removesuffix(NEXT)
        turn.connection.script(f"DROP TABLE {served}")
        turn.connection.script(f"ALTER TABLE {table.name} RENAME TO {served}")
    for name in names:
        turn.note(turn.ledger.pop(name + NEXT)._replace(name=name))


def _carry_over(turn: Turn, table: Table) -> None:
    """Keep the numbers of changes, and traces of what is gone."""
    if table is tables.connection_gone:
        _carry_connections(turn)
    elif "changed" in table.columns:
        _carry_numbers(turn, table)
        if "status" in table.columns:
            _carry_traces(turn, table)


def _carry_numbers(turn: Turn, table: Table) -> None:
    same = " AND ".join(
        f"old.{column.name} IS NOT DISTINCT FROM {table.name}{NEXT}.{column.name}"
        for column in table.columns
        if column.name not in _UNSEEN
    )
    key = _same_key(table, "old", table.name + NEXT)
    turn.connection.execute(
        text(
            f"UPDATE {table.name}{NEXT} SET changed = coalesce("  # noqa: S608
            f"(SELECT old.changed FROM {table.name} old WHERE {key} AND {same}), :change)"
        ),
        change=turn.change,
    )


def _carry_traces(turn: Turn, table: Table) -> None:
    instead = {
        "status": "'removed'",
        "changed": "CASE WHEN old.status = 'removed' THEN old.changed ELSE :change END",
        # Empty, of the right type on either database; of what is empty SQLite makes NULL.
        "state": "CASE WHEN length(old.state) > 0 THEN substr(old.state, 1, 0) ELSE old.state END",
    }
    columns = ", ".join(instead.get(each.name, f"old.{each.name}") for each in table.columns)
    key = _same_key(table, "new", "old")
    turn.connection.execute(
        text(
            f"INSERT INTO {table.name}{NEXT} SELECT {columns} FROM {table.name} old "  # noqa: S608
            f"WHERE NOT EXISTS (SELECT 1 FROM {table.name}{NEXT} new WHERE {key})"
        ),
        change=turn.change,
    )


def _carry_connections(turn: Turn) -> None:
    known = _same_key(tables.connection, "old", f"connection_gone{NEXT}")
    turn.connection.execute(
        text(
            f"UPDATE connection_gone{NEXT} SET changed = :change "  # noqa: S608
            f"WHERE EXISTS (SELECT 1 FROM connection old WHERE {known})"
        ),
        change=turn.change,
    )
    key = "new.learner = old.learner AND new.course = old.course AND new.begun = old.begun"
    for source, changed in (("connection", ":change"), ("connection_gone", "old.changed")):
        turn.connection.execute(
            text(
                f"INSERT INTO connection_gone{NEXT} "  # noqa: S608
                f"SELECT old.learner, old.course, old.begun, {changed} FROM {source} old "
                f"WHERE NOT EXISTS (SELECT 1 FROM connection{NEXT} new WHERE {key})"
                f" AND NOT EXISTS (SELECT 1 FROM connection_gone{NEXT} new WHERE {key})"
            ),
            **({"change": turn.change} if source == "connection" else {}),
        )


def _same_key(table: Table, one: str, other: str) -> str:
    names = [column.name for column in table.primary_key.columns]
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in names)

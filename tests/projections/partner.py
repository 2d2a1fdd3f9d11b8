"""A partner who synchronises: by the number of the last change, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from projections import tables

if TYPE_CHECKING:
    from sqlalchemy import Table

    from statements.connection import Connection, Row

SYNCHRONISED = (tables.enrolment, tables.completion, tables.connection, tables.badge_standing)
_KEEP = {"changed", "state"}
_CHANGE = select(tables.counter.c.value).where(tables.counter.c.name == "change")


class Partner:
    """Asks for what has changed since the last time, and keeps a copy."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Row, Row]] = {table.name: {} for table in SYNCHRONISED}
        self._cursor = 0

    def synchronise(self, connection: Connection) -> None:
        """Take over what has changed; the connection sees one moment."""
        gone = tables.connection_gone
        for key in _changed(connection, gone, self._cursor):
            self.rows["connection"].pop(key[:3], None)
        for table in SYNCHRONISED:
            self._take_over(connection, table)
        self._cursor = (connection.row(_CHANGE) or (0,))[0]

    def _take_over(self, connection: Connection, table: Table) -> None:
        width = len(table.primary_key.columns)
        for row in _changed(connection, table, self._cursor):
            if "removed" in row:
                self.rows[table.name].pop(row[:width], None)
            else:
                self.rows[table.name][row[:width]] = row


def served(connection: Connection) -> dict[str, dict[Row, Row]]:
    """What the partner ought to have."""
    found = {}
    for table in SYNCHRONISED:
        width = len(table.primary_key.columns)
        rows = [row for row in _changed(connection, table, -1) if "removed" not in row]
        found[table.name] = {row[:width]: row for row in rows}
    return found


def _changed(connection: Connection, table: Table, cursor: int) -> list[Row]:
    """Rows that changed after a change, without what a partner is not told."""
    columns = [column for column in table.columns if column.name not in _KEEP]
    rows = connection.rows(select(*columns).where(table.c.changed > cursor))
    return [tuple(row) for row in rows]

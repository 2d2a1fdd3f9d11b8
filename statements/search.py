"""GET /statements: pages of the log by the xAPI filters (Communication 2.1.3).

A filter value is a term; its index rows `(key, position)` are read from the end where the page
begins. With several filters the positions that each has are intersected as compressed bitmaps, from
that end on (`statements.inquiry`): so that the cost goes with the page, not with the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from statements import tables
from statements.filters import resolve
from statements.inquiry import Inquiry

if TYPE_CHECKING:
    from statements.connection import Connection
    from statements.filters import Filters, Scope
    from statements.page_queries import Record
    from statements.terms import Dictionary


class Page(NamedTuple):
    """A part of a query's result."""

    records: list[Record]
    cursor: int | None  # for the next page; None if there is none


def search(connection: Connection, dictionary: Dictionary, filters: Filters, scope: Scope) -> Page:
    """A page of the statements that match the filters, voided ones left out if not asked for."""
    wanted = resolve(connection, dictionary, filters, scope)
    if wanted is None:
        return Page([], None)
    low, high = _bounds(connection, filters)
    inquiry = Inquiry(
        connection,
        dictionary,
        wanted,
        filters.ascending,
        filters.with_voided,
        filters.limit + 1,
    )
    rows = inquiry.answer(low, high)
    records = rows[: filters.limit]
    more = len(rows) > filters.limit
    return Page(records, records[-1].position if more else None)


def _bounds(connection: Connection, filters: Filters) -> tuple[int | None, int | None]:
    """First and last position that the page may have, `stored` and position being one order."""
    low = high = None
    if filters.since is not None:
        low = position_at(connection, filters.since) + 1
    if filters.until is not None:
        high = position_at(connection, filters.until)
    if filters.cursor is not None and filters.ascending:
        low = max(low or 0, filters.cursor + 1)
    elif filters.cursor is not None:
        high = filters.cursor - 1 if high is None else min(high, filters.cursor - 1)
    return low, high


_STORED_BY = (
    select(tables.statement.c.position)
    .where(tables.statement.c.stored <= bindparam("moment"))
    .order_by(tables.statement.c.stored.desc())
    .limit(1)
)


def position_at(connection: Connection, moment: int) -> int:
    """The last position that was stored up to a moment (microseconds since 1970); 0 if none."""
    row = connection.row(_STORED_BY, moment=moment)
    return int(row[0]) if row else 0

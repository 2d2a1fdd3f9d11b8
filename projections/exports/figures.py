"""Indicators: the figures of each crowd of learners by course and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func, literal, select, union_all

from projections.exports.export import Export, said, seconds
from projections.tables import activity, connection_tally, crowd, measured_tally, progress_tally
from projections.work import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select

    from statements.connection import Connection, Row

_FIGURES = {
    "connections": connection_tally.c.connections,
    "distinct_learners": connection_tally.c.learners,
    "connection_seconds": connection_tally.c.microseconds,
    "measured_seconds": measured_tally.c.microseconds,
    "enrolments": progress_tally.c.enrolments,
    "completions": progress_tally.c.completions,
}
_SECONDS = ("connection_seconds", "measured_seconds")
_TRAITS = ("directorate", "employer", "cohort")
_MONTH = len("2026-02")


def _query() -> Select[Any]:
    """The three tallies side by side."""
    cells = union_all(*map(_cells, (connection_tally, measured_tally, progress_tally))).subquery()
    sums = [_figure(name, cells.c[name]) for name in _FIGURES]
    source = cells.join(crowd, crowd.c.number == cells.c.crowd)
    source = source.outerjoin(activity, activity.c.number == cells.c.course)
    traits = [crowd.c[name] for name in _TRAITS]
    return (
        select(cells.c.period, activity.c.iri, *map(said, traits), *sums)
        .select_from(source)
        .group_by(cells.c.course, cells.c.period, cells.c.crowd, activity.c.iri, *traits)
    )


def _cells(table: Any) -> Select[Any]:  # noqa: ANN401  # a Table
    """A tally's rows, with zeros for what other tallies tell. Everybody's would count twice."""
    key = (table.c.course, table.c.period, table.c.crowd)
    figures = [
        (column if column.table is table else literal(0, BigInteger)).label(name)
        for name, column in _FIGURES.items()
    ]
    return select(*key, *figures).where(table.c.crowd != EVERYBODY)


def _figure(name: str, column: ColumnElement[int]) -> ColumnElement[Any]:
    total = cast(func.sum(column), BigInteger)  # PostgreSQL adds them up to a decimal number
    return seconds(total) if name in _SECONDS else total


_ROWS = _query()


def _read(connection: Connection) -> Iterator[Row]:
    for period, *rest in connection.stream(_ROWS):
        yield _unit(period), period, *rest


def _unit(period: str) -> str:
    if "W" in period:
        return "week"
    return "month" if len(period) == _MONTH else "day"


INDICATORS = Export(
    "indicators",
    {
        "unit": "text",
        "period": "text",
        "course": "text",
        **dict.fromkeys(_TRAITS, "text"),
        **{name: "number" if name in _SECONDS else "whole" for name in _FIGURES},
    },
    _read,
)

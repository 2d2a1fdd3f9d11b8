"""What is summed up about one learner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, bindparam, cast, func, select

from projections.tables import learner_period, measured

if TYPE_CHECKING:
    from collections.abc import Collection

    from statements.connection import Connection

Json = dict[str, Any]

MONTH_CHARACTERS = 7  # 2026-02; days and weeks are longer

_MONTHS = (
    select(
        learner_period.c.course,
        learner_period.c.period,
        learner_period.c.connections,
        learner_period.c.microseconds,
    )
    .where(
        learner_period.c.learner == bindparam("of"),
        func.length(learner_period.c.period) == MONTH_CHARACTERS,
    )
    .order_by(learner_period.c.period)
)
_MEASURED = (
    select(measured.c.course, measured.c.kind, cast(func.sum(measured.c.microseconds), BigInteger))
    .where(measured.c.learner == bindparam("of"))
    .group_by(measured.c.course, measured.c.kind)
)


def months_of(connection: Connection, number: int) -> list[tuple[int, str, int, int]]:
    """Course (0: the whole platform), month, connections and their microseconds of a learner."""
    return [(row[0], row[1], row[2], row[3]) for row in connection.rows(_MONTHS, of=number)]


def measured_of(
    connection: Connection, number: int, courses: Collection[int] | None
) -> dict[str, int]:
    """Microseconds that content measured, by kind; only in some courses, if they are given."""
    found: dict[str, int] = {}
    for course, kind, microseconds in connection.rows(_MEASURED, of=number):
        if courses is None or course in courses:
            found[kind] = found.get(kind, 0) + microseconds
    return found

"""Figures: sums of tallies and standings over crowds of learners."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, cast, func, literal, select

from projections import work
from projections.queries.padding import given, one_of, size_of
from projections.tables import (
    connection_tally,
    crowd,
    measured_tally,
    metadata,
    progress_tally,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Select, Table

    from statements.connection import Connection

Json = dict[str, Any]

TRAITS = ("directorate", "employer", "cohort")
_TALLIES = {
    connection_tally: {
        "connections": "connections",
        "learners": "learners",
        "microseconds": "microseconds",
    },
    measured_tally: {"microseconds": "measured"},
    progress_tally: {"enrolments": "enrolments", "completions": "completions"},
}
"""Tables of figures: names of columns, and what they are called where they stand together."""
ACTIVITY = tuple(name for names in _TALLIES.values() for name in names.values())
STANDING = ("enrolled", "started", "completed", "failed")


class Crowds(NamedTuple):
    """Whose figures: of these employers (none: of all), and with these traits."""

    employers: frozenset[str] = frozenset()
    traits: tuple[tuple[str, str], ...] = ()


EVERYBODY = Crowds()


class Shape(NamedTuple):
    """All that the SQL text depends on."""

    split: str  # a trait, `course` or nothing
    courses: int | None  # how many there is room for; None: all
    periods: int
    employers: int
    traits: tuple[str, ...]


def read_activity(
    connection: Connection,
    periods: Collection[str],
    split: str,
    courses: Collection[int] | None,
    crowds: Crowds,
) -> list[Json]:
    """Tallies of the periods, summed up by period and, if it is given, by `split`.

    Thousands of rows are added up: no event loop waits for that.
    Rows have `period`, `split` and the figures of ACTIVITY. `courses` None: all but the platform.
    Learners of several courses must not be added up: then `split` is `course`.
    """
    if not periods or (courses is not None and not courses):
        return []
    connection.take_time()
    shape = _shape(split, courses, periods, crowds)
    parameters = _parameters(courses, periods, crowds)
    found: dict[tuple[Any, ...], Json] = {}
    for table, names in _TALLIES.items():
        for period, key, *sums in connection.rows(_activity(shape, table.name), **parameters):
            row = found.setdefault((period, key), dict.fromkeys(ACTIVITY, 0))
            row |= zip(names.values(), sums, strict=True)
    return [{"period": period, "split": key} | found[period, key] for period, key in sorted(found)]


def read_standings(
    connection: Connection, split: str, courses: Collection[int] | None, crowds: Crowds
) -> list[Json]:
    """Standings, summed up by `split`, or all in one row if it is empty.

    Rows have `split`, the figures of STANDING, and `learners`: so many people at least they are of,
    since one who is enrolled in three courses counts three times.
    """
    if courses is not None and not courses:
        return []
    connection.take_time()
    shape = _shape(split, courses, (), crowds)
    found = connection.rows(_standings(shape), **_parameters(courses, (), crowds))
    return [
        dict(zip(("split", *STANDING, "learners"), row, strict=True))
        for row in found
        if row[1] is not None
    ]


def _shape(
    split: str, courses: Collection[int] | None, periods: Collection[str], crowds: Crowds
) -> Shape:
    return Shape(
        split=split,
        courses=None if courses is None else size_of(courses),
        periods=size_of(periods),
        employers=size_of(crowds.employers),
        traits=tuple(name for name, _ in crowds.traits),
    )


def _parameters(courses: Collection[int] | None, periods: Collection[str], crowds: Crowds) -> Json:
    return (
        given("courses", courses or ())
        | given("periods", periods)
        | given("employers", crowds.employers)
        | {f"of_{name}": value for name, value in crowds.traits}
    )


@lru_cache(maxsize=256)
def _activity(shape: Shape, name: str) -> Select[Any]:
    tally = metadata.tables[name]
    split = _split(shape, tally)
    sums = [_sum(tally.c[column]) for column in _TALLIES[tally]]
    query = select(tally.c.period, split, *sums).where(
        one_of(tally.c.period, "periods", shape.periods), *_of_courses(shape, tally)
    )
    query = _of_crowds(query, shape, tally)
    groups = [tally.c.period, *([split] if shape.split else [])]
    return query.group_by(*groups)


@lru_cache(maxsize=256)
def _standings(shape: Shape) -> Select[Any]:
    split = _split(shape, standing)
    sums = [_sum(standing.c[name]).label(name) for name in STANDING]
    query = select(split, standing.c.course, *sums).where(*_of_courses(shape, standing))
    query = _of_crowds(query, shape, standing)
    groups = [standing.c.course, *([split] if shape.split not in {"", "course"} else [])]
    by_course = query.group_by(*groups).subquery()
    total = [_sum(by_course.c[name]) for name in STANDING]
    outer = select(by_course.c.split, *total, func.max(by_course.c.enrolled))
    return outer.group_by(by_course.c.split).order_by(by_course.c.split)


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.sum(column), BigInteger)  # PostgreSQL adds them up to a decimal number


def _split(shape: Shape, table: Table) -> ColumnElement[Any]:
    if shape.split == "course":
        return table.c.course.label("split")
    return (crowd.c[shape.split] if shape.split else literal("")).label("split")


def _of_courses(shape: Shape, table: Table) -> list[ColumnElement[bool]]:
    if shape.courses is None:
        return [table.c.course > 0]
    return [one_of(table.c.course, "courses", shape.courses)]


def _of_crowds(query: Select[Any], shape: Shape, table: Table) -> Select[Any]:
    """The crowds are looked at only where something depends on them: else everybody's rows are."""
    if not (shape.employers or shape.traits or shape.split in TRAITS):
        return query.where(table.c.crowd == work.EVERYBODY)
    query = query.join_from(table, crowd, crowd.c.number == table.c.crowd)
    if shape.employers:
        query = query.where(one_of(crowd.c.employer, "employers", shape.employers))
    return query.where(*(crowd.c[name] == bindparam(f"of_{name}") for name in shape.traits))

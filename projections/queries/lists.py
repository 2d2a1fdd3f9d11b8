"""Pages of rows in the order of their changes.

A page starts after a key (`changed`, primary key) and goes forward, so that a row that changes
meanwhile comes again, later, and none is missed. Rows that went, or do not match any more, are told
of as removed if they changed since `fresh_from`, where the reader may have them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from projections.queries.list_sql import Shape, page_query, stretch_query
from projections.queries.models import MODELS
from projections.queries.padding import given, size_of

if TYPE_CHECKING:
    from projections.queries.models import Model
    from statements.connection import Connection

Key = tuple[int | str, ...]
Numbers = frozenset[int]
Json = dict[str, Any]

EXAMINED = 5_000
"""Rows that a page looks at when not every one matches: 10 ms or so, whatever it finds."""


_NEVER = 1 << 62  # no change has this number


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows a reader may see and wants.

    `learner`, `thing`, `things` and `employers` say what is there at all. The others may stop
    matching while a row stays: then it is told of as removed.

    Attributes:
        thing: a course by number, or a badge by IRI; None: any.
        things: courses that may be seen; None: any.
        employers: whose people may be seen; none: everybody's.
        tagged: courses that are wanted; None: any.
        traits: directorate, employer, cohort that are wanted.

    """

    learner: int | None = None
    thing: int | str | None = None
    things: Numbers | None = None
    employers: frozenset[str] = frozenset()
    tagged: Numbers | None = None
    status: str | None = None
    since: int | None = None
    until: int | None = None
    traits: Json = field(default_factory=dict)

    @property
    def is_selective(self) -> bool:
        """Whether many rows may have to be looked at for one that matches."""
        if self.learner is not None:
            return False
        sets = (self.things, self.tagged)
        values = (self.status, self.since, self.until)
        return bool(
            self.employers or self.traits or any(each is not None for each in (*sets, *values))
        )


class Cursor(NamedTuple):
    """A place in the order of changes.

    Attributes:
        after: the key behind which to go on.
        fresh_from: rows that went since that change are told of as removed.

    """

    after: Key
    fresh_from: int


class Bounds(NamedTuple):
    """What a page has at most: so many rows, and changes up to this one.

    The number of changes is read before any row. What changed later is left to a later page: of
    several tables, one may have been read before that, and the other after.
    """

    rows: int
    changed: int = _NEVER


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the key after which to go on; `is_last` if there is nothing more now."""

    rows: list[Json]
    after: Key
    is_last: bool


def read_page(
    connection: Connection, model: Model, wanted: Wanted, start: Cursor, bounds: Bounds
) -> Page:
    """The rows that follow; rows have the columns' names.

    Besides, `name` is the learner's key and `matches` whether the row is as wanted: if not, it is
    to be told of as removed. A page may have fewer rows than there are.
    """
    end = None
    if wanted.is_selective:
        connection.take_time()
        end = _end(connection, model, start.after, wanted.thing)
    rows = _rows(connection, model, wanted, start, end, bounds)
    if model.gone:
        rows += _rows(connection, MODELS[model.gone], wanted, start, end, bounds)
        rows.sort(key=lambda row: _key(model, row))
    if len(rows) > bounds.rows:
        rows = rows[: bounds.rows]
        return Page(rows, _key(model, rows[-1]), is_last=False)
    if end is not None and int(end[0]) <= bounds.changed:
        return Page(rows, end, is_last=False)
    return Page(rows, _key(model, rows[-1]) if rows else start.after, is_last=True)


def _rows(  # noqa: PLR0913, PLR0917  # all that a page depends on
    connection: Connection,
    model: Model,
    wanted: Wanted,
    start: Cursor,
    end: Key | None,
    bounds: Bounds,
) -> list[Json]:
    """The rows of a table that follow, one more than is wanted if there are."""
    found = connection.rows(
        page_query(_shape(model, wanted), bounded=end is not None),
        **_parameters(wanted),
        **_bound("after", model, start.after, wanted.thing),
        **(_bound("end", model, end, wanted.thing) if end else {}),
        fresh_from=start.fresh_from,
        rows=bounds.rows + 1,
    )
    names = [*model.columns, "name", "matches"]
    rows = (dict(zip(names, row, strict=True)) for row in found)
    return [row for row in rows if row["changed"] <= bounds.changed]


def rows_of_learner(
    connection: Connection, model: Model, number: int, things: Numbers | None, limit: int
) -> list[Json]:
    """The rows of one learner that are there, at most so many."""
    wanted = Wanted(learner=number, things=things)
    return read_page(connection, model, wanted, Cursor(model.start, _NEVER), Bounds(limit)).rows


def _end(connection: Connection, model: Model, after: Key, thing: int | str | None) -> Key | None:
    """The key up to which a page looks, if there are that many rows.

    Rows that change meanwhile leave that stretch, and none comes into it.
    """
    own = {} if thing is None else {"of_thing": thing}
    found = connection.row(
        stretch_query(model.name, thing=thing is not None),
        **own,
        **_bound("after", model, after, thing),
        examined=EXAMINED,
    )
    if found is None or found[-1] < EXAMINED:
        return None
    values = iter(found[:-1])
    is_fixed = [column.name == model.thing for column in model.key]
    return tuple(thing if thing is not None and fixed else next(values) for fixed in is_fixed)


def _key(model: Model, row: Json) -> Key:
    return tuple(row[column.name] for column in model.key)


def _shape(model: Model, wanted: Wanted) -> Shape:
    names = {n for n in ("status", "since", "until") if getattr(wanted, n) is not None}
    return Shape(
        model=model.name,
        learner=wanted.learner is not None,
        thing=wanted.thing is not None,
        things=None if wanted.things is None else size_of(wanted.things),
        employers=size_of(wanted.employers),
        tagged=None if wanted.tagged is None else size_of(wanted.tagged),
        given=frozenset(names | wanted.traits.keys()),
    )


def _parameters(wanted: Wanted) -> Json:
    single = {
        name: value
        for name in ("learner", "thing", "status", "since", "until")
        if (value := getattr(wanted, name)) is not None
    }
    return (
        {f"of_{name}": value for name, value in single.items()}
        | {f"of_{name}": value for name, value in wanted.traits.items()}
        | given("things", wanted.things or ())
        | given("tagged", wanted.tagged or ())
        | given("employers", wanted.employers)
    )


def _bound(name: str, model: Model, key: Key, thing: int | str | None = None) -> Json:
    """The parameters of a key, without the thing if that is fixed."""
    same = "" if thing is None else model.thing
    pairs = zip(model.key, key, strict=True)
    return {f"{name}_{column.name}": value for column, value in pairs if column.name != same}

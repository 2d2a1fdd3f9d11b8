"""The SQL of pages of rows: one text for each shape of a question, made once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, case, false, func, or_, select, true, tuple_

from projections.queries.models import MODELS, Model
from projections.queries.padding import one_of
from projections.tables import learner

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Select

TRAITS = ("directorate", "employer", "cohort")


class Shape(NamedTuple):
    """All that the SQL text of a page depends on.

    Attributes:
        model: its name.
        learner: whether it is about one learner.
        thing: whether it is about one course or badge.
        things: for how many courses that may be seen there is room; None: all.
        employers: for how many employers whose people may be seen there is room; 0: all.
        tagged: for how many courses that are wanted there is room; None: all.
        given: which of status, since, until and the traits are wanted.

    """

    model: str
    learner: bool = False
    thing: bool = False
    things: int | None = None
    employers: int = 0
    tagged: int | None = None
    given: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def page_query(shape: Shape, *, bounded: bool) -> Select[Any]:
    """The rows of a page, up to the key `end` if it is bounded."""
    model = MODELS[shape.model]
    matches = and_(*_matching(model, shape))
    columns = [model.table.c[name] for name in model.columns]
    fresh = model.table.c.changed >= bindparam("fresh_from")
    query = select(
        *columns, learner.c.key.label("name"), case((matches, 1), else_=0).label("matches")
    ).join_from(model.table, learner, learner.c.number == model.table.c.learner)
    query = query.where(*_position(model, shape), *_visible(model, shape), or_(matches, fresh))
    if bounded:
        key = _free(model, shape)
        query = query.where(_tuple(key) <= _bound("end", key))
    return query.order_by(*_order(model, shape)).limit(bindparam("rows"))


@lru_cache(maxsize=16)
def stretch_query(name: str, *, thing: bool) -> Select[Any]:
    """The key up to which `examined` rows lie, and how many there are really."""
    model = MODELS[name]
    shape = Shape(name, thing=thing)
    inner = (
        select(*_free(model, shape))
        .where(*_position(model, shape))
        .order_by(*_order(model, shape))
        .limit(bindparam("examined"))
        .subquery()
    )
    latest = [column.desc() for column in inner.columns]
    return select(*inner.columns, func.count().over()).order_by(*latest).limit(1)


def _position(model: Model, shape: Shape) -> list[ColumnElement[bool]]:
    """Behind the key `after`, where the rows stand by an index."""
    key = _free(model, shape)
    conditions: list[ColumnElement[bool]] = [_tuple(key) > _bound("after", key)]
    if shape.learner:
        conditions.append(model.table.c.learner == bindparam("of_learner"))
    if shape.thing:
        conditions.append(model.table.c[model.thing] == bindparam("of_thing"))
    return conditions


def _order(model: Model, shape: Shape) -> list[ColumnElement[Any]]:
    """The order of changes.

    Of one learner there are few rows: an order that no index has leads there by the primary key.
    """
    key = _free(model, shape)
    return [key[0] + 0, *key[1:]] if shape.learner else list(key)


def _free(model: Model, shape: Shape) -> list[Column[Any]]:
    """The key without what is the same in all rows, as the index has it."""
    same = model.thing if shape.thing else ""
    return [column for column in model.key if column.name != same]


def _visible(model: Model, shape: Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.things is not None:
        conditions.append(_in(model, "things", shape.things))
    if shape.employers:
        conditions.append(one_of(learner.c.employer, "employers", shape.employers))
    return conditions


def _in(model: Model, name: str, size: int) -> ColumnElement[bool]:
    if size == 0 or model.thing != "course":
        return false()
    return one_of(model.table.c.course, name, size)


def _matching(model: Model, shape: Shape) -> list[ColumnElement[bool]]:
    table = model.table
    conditions = [true(), model.is_there, learner.c.kind == "learner"]
    if shape.tagged is not None:
        conditions.append(_in(model, "tagged", shape.tagged))
    if "status" in shape.given:
        conditions.append(table.c.status == bindparam("of_status"))
    if "since" in shape.given:
        conditions.append(table.c[model.date] >= bindparam("of_since"))
    if "until" in shape.given:
        conditions.append(table.c[model.date] <= bindparam("of_until"))
    conditions += [learner.c[t] == bindparam(f"of_{t}") for t in TRAITS if t in shape.given]
    return conditions


def _tuple(key: list[Column[Any]]) -> ColumnElement[Any]:
    return tuple_(*key)


def _bound(name: str, key: list[Column[Any]]) -> ColumnElement[Any]:
    return tuple_(*(bindparam(f"{name}_{column.name}", type_=column.type) for column in key))

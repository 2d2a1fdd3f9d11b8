"""The SQL of a page of statements, and of how the index rows of a filter lie.

A text depends on the shape of what is asked, not on its values, so that a database prepares each
once.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, literal_column, select, union_all

from statements import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.sql import Executable

    from statements.connection import Row


class Record(NamedTuple):
    """A statement as it lies in the log."""

    position: int
    stored: int  # microseconds since 1970
    flags: int
    payload: bytes


def records_of(rows: Iterable[Row]) -> list[Record]:
    """Rows of `RECORD` as what they are: at once, without a step in Python for each."""
    return list(map(_record, rows))


_record: Callable[[Row], Record] = partial(tuple.__new__, Record)


class Shape(NamedTuple):
    """What the SQL text of a query depends on."""

    lead: tuple[int, bool] | None  # number of keys of the leading filter, own
    others: tuple[tuple[int, bool], ...]
    ascending: bool
    low: bool
    high: bool
    voided: bool
    inherited: bool  # only rows that come from a statement referred to


RECORD = (
    tables.statement.c.position,
    tables.statement.c.stored,
    tables.statement.c.flags,
    tables.statement.c.payload,
)


PART = 1 << 48
"""More than there are positions."""


@lru_cache
def newest_query(keys: int, referring: int) -> tuple[Executable, int]:
    """Own rows of some keys, the head of the log, and an inherited row of others if there is one.

    It has so many parts; a number is a position, and `PART` times the number of its part. There
    is a part for each key: the newest rows behind a position `after0`, ..., `most0`, ... of them at
    most. Then come the head, and the inherited row, between two positions.
    """
    row = tables.posting.c
    own = [
        _part(row.position, i)
        .where(
            row.key == key, row.position > bindparam(f"after{i}"), row.via == literal_column("0")
        )
        .order_by(row.position.desc())
        .limit(bindparam(f"most{i}"))
        for i, key in enumerate(_keys(0, keys))
    ]
    head = _part(func.max(tables.statement.c.position), keys)
    inherited = [
        _part(row.position, keys + 1)
        .where(row.key == key, row.via > literal_column("0"))
        .where(row.position >= bindparam("low"), row.position <= bindparam("high"))
        .limit(literal_column("1"))
        for key in _keys(1, referring)
    ]
    arms = [each.subquery() for each in (*own, head, *inherited)]
    return union_all(*(select(arm.c.number) for arm in arms)), keys + 2


def _part(position: Any, part: int) -> Select[Any]:  # noqa: ANN401
    """Positions as the numbers of a part of a query."""
    return select((position + literal_column(str(part * PART))).label("number"))


@lru_cache(maxsize=1024)  # more than there are shapes: a text is prepared once
def page_query(shape: Shape) -> Executable:
    """SQL of a page: the leading filter's positions in order, then their statements."""
    statement = tables.statement
    order = statement.c.position.asc() if shape.ascending else statement.c.position.desc()
    if shape.lead is None:
        query = _within(select(*RECORD), statement.c.position, shape)
        query = _visible(query, statement, shape)
        return query.order_by(order).limit(bindparam("rows"))
    found = _positions(shape)
    return select(*RECORD).join(found, _beside(statement, found)).order_by(order)


def _positions(shape: Shape) -> Any:  # noqa: ANN401  # a subquery, SQLAlchemy's types don't say
    """The positions of a page, each once: the first rows of every key, merged."""
    assert shape.lead is not None  # noqa: S101  # for the type checker
    keys, own = shape.lead
    arms = [_arm(shape, key, own=own).subquery() for key in _keys(0, keys)]
    merged = union_all(*(select(arm.c.position, arm.c.shard) for arm in arms)).subquery()
    order = merged.c.position.asc() if shape.ascending else merged.c.position.desc()
    page = select(merged.c.position, merged.c.shard).distinct().order_by(order)
    return page.limit(bindparam("rows")).subquery()


def _arm(shape: Shape, key: Any, *, own: bool) -> Select[Any]:  # noqa: ANN401
    """The first positions of one key that the other filters hold for."""
    posting = tables.posting.alias("lead")
    # Grouped, since a statement can be there several times (`via`), and by what the index is in
    # order of: a database that has to sort first reads all rows of the key.
    shard = func.max(posting.c.shard).label("shard")
    query: Select[Any] = select(posting.c.position, shard).group_by(posting.c.position)
    query = query.where(posting.c.key == key, *_others(shape, posting, own=own))
    if own:
        query = query.where(posting.c.via == 0)
    if shape.inherited:
        query = query.where(posting.c.via > literal_column("0"))  # as the index says it
    query = _visible(_within(query, posting.c.position, shape), posting, shape)
    order = posting.c.position.asc() if shape.ascending else posting.c.position.desc()
    return query.order_by(order).limit(bindparam("rows"))


def _others(shape: Shape, lead: Any, *, own: bool) -> list[Any]:  # noqa: ANN401
    """Conditions of the other filters on a row of the leading one.

    Those that a statement referred to may meet have to be met by one and the same: by that of the
    leading row or, if that row has to be the page's own, by that of the first of them.
    """
    numbered = [(i, *each) for i, each in enumerate(shape.others, 1)]
    conditions = [_also(lead, i, keys, via=0) for i, keys, other_own in numbered if other_own]
    referred = [(i, keys) for i, keys, other_own in numbered if not other_own]
    if not (own and referred):
        return conditions + [_also(lead, i, keys, via=lead.c.via) for i, keys in referred]
    (i, keys), *rest = referred
    first = tables.posting.alias(f"other{i}")
    together = [_also(first, j, more, via=first.c.via) for j, more in rest]
    return [*conditions, _any(first, lead, i, keys, *together)]


def _also(lead: Any, i: int, keys: int, *, via: Any) -> Any:  # noqa: ANN401
    """Another filter holds for the same statement, the page's own or the one referred to."""
    other = tables.posting.alias(f"other{i}")
    return _any(other, lead, i, keys, other.c.via == via)


def _any(other: Any, lead: Any, i: int, keys: int, *conditions: Any) -> Any:  # noqa: ANN401
    """Another filter has a row for the same statement of the page.

    The offset makes PostgreSQL look each row up, whatever it thinks of the numbers of rows: else it
    may join, and for each leading row go through all that the other filter has.
    """
    rows: Select[Any] = select(literal_column("1")).select_from(other)
    rows = rows.where(_beside(other, lead), other.c.key.in_(_keys(i, keys)), *conditions)
    return rows.offset(literal_column("0")).exists()


def _beside(one: Any, other: Any) -> Any:  # noqa: ANN401
    """Both rows belong to one statement of the page."""
    return (one.c.position == other.c.position) & (one.c.shard == other.c.shard)


def _visible(query: Select[Any], rows: Any, shape: Shape) -> Select[Any]:  # noqa: ANN401
    """Leave voided statements out, unless they are asked for."""
    return query if shape.voided else query.where(~exists().where(_beside(tables.voided, rows)))


def _within(query: Select[Any], position: Any, shape: Shape) -> Select[Any]:  # noqa: ANN401
    if shape.low:
        query = query.where(position >= bindparam("low"))
    if shape.high:
        query = query.where(position <= bindparam("high"))
    return query


def _keys(i: int, count: int) -> list[Any]:
    return [bindparam(f"k{i}_{j}") for j in range(count)]

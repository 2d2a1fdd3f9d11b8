"""GET /statements: pages of the log by the xAPI filters (Communication 2.1.3).

A filter value is a term; its index rows `(key, position)` are read from the end where the page
begins. With several filters the rarest leads, and each of its rows is looked up in the others, so
that the cost goes with the rarest and with the page, not with the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select, union_all

from statements import tables
from statements.terms import (
    Dictionary,
    Role,
    activity_term,
    agent_term,
    organisation_term,
    posting_key,
    registration_term,
    verb_term,
)

if TYPE_CHECKING:
    from sqlalchemy.sql import Executable

    from statements.database import Connection

_AGENT_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED, Role.AUTHORITY)
_ACTIVITY_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED)

COUNTED = (300, 20_000)
"""How far the rows of each filter are counted, step by step, to find the rarest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a credential may see."""

    authority: str | None = None  # IFI: only statements with this authority
    organisation: str = ""  # only statements that this organisation sent


@dataclass(frozen=True, slots=True)
class Filters:
    """The parameters of a query, validated; times are microseconds since 1970."""

    agent: str | None = None  # IFI
    related_agents: bool = False
    verb: str | None = None
    activity: str | None = None
    related_activities: bool = False
    registration: str | None = None
    since: int | None = None  # exclusive, on `stored`
    until: int | None = None  # inclusive, on `stored`
    ascending: bool = False
    limit: int = 100
    cursor: int | None = None  # position of the last statement of the page before
    with_voided: bool = False  # for exports: no list over HTTP has voided statements


class Record(NamedTuple):
    """A statement as it lies in the log."""

    position: int
    stored: int  # microseconds since 1970
    flags: int
    payload: bytes


class Page(NamedTuple):
    """A part of a query's result."""

    records: list[Record]
    cursor: int | None  # for the next page; None if there is none


class Wanted(NamedTuple):
    """A filter resolved: a statement needs one of these keys."""

    keys: tuple[int, ...]
    own: bool = False  # of the statement itself, not of one that it refers to


class Shape(NamedTuple):
    """What the SQL text of a query depends on."""

    lead: tuple[int, bool] | None  # number of keys of the leading filter, own
    others: tuple[tuple[int, bool], ...]
    ascending: bool
    low: bool
    high: bool
    voided: bool


def search(connection: Connection, dictionary: Dictionary, filters: Filters, scope: Scope) -> Page:
    """A page of the statements that match the filters, voided ones left out if not asked for."""
    wanted = _resolve(connection, dictionary, filters, scope)
    if wanted is None:
        return Page([], None)
    low, high = _bounds(connection, filters)
    wanted = _rarest_first(connection, wanted)
    sizes = tuple((len(each.keys), each.own) for each in wanted)
    shape = Shape(
        lead=sizes[0] if sizes else None,
        others=sizes[1:],
        ascending=filters.ascending,
        low=low is not None,
        high=high is not None,
        voided=filters.with_voided,
    )
    values = {f"k{i}_{j}": key for i, each in enumerate(wanted) for j, key in enumerate(each.keys)}
    rows = connection.rows(page_query(shape), low=low, high=high, rows=filters.limit + 1, **values)
    records = [Record(*row) for row in rows[: filters.limit]]
    more = len(rows) > filters.limit
    return Page(records, records[-1].position if more else None)


def _resolve(
    connection: Connection, dictionary: Dictionary, filters: Filters, scope: Scope
) -> list[Wanted] | None:
    """Keys that each filter asks for; None if a value is in no statement at all."""
    asked = _asked(filters, scope)
    numbers = dictionary.look_up(connection, {term for term, _, _ in asked})
    if any(term not in numbers for term, _, _ in asked):
        return None
    return [
        Wanted(tuple(posting_key(numbers[term], role) for role in roles), own)
        for term, roles, own in asked
    ]


def _asked(filters: Filters, scope: Scope) -> list[tuple[str, tuple[Role, ...], bool]]:
    """Term, roles and "own" of each filter in use."""
    direct: tuple[Role, ...] = (Role.DIRECT,)
    asked: list[tuple[str, tuple[Role, ...], bool]] = []
    if filters.agent is not None:
        roles = _AGENT_ROLES if filters.related_agents else direct
        asked.append((agent_term(filters.agent), roles, False))
    if filters.activity is not None:
        roles = _ACTIVITY_ROLES if filters.related_activities else direct
        asked.append((activity_term(filters.activity), roles, False))
    if filters.registration is not None:
        asked.append((registration_term(filters.registration), direct, False))
    if filters.verb is not None:
        asked.append((verb_term(filters.verb), direct, False))
    if scope.organisation:
        asked.append((organisation_term(scope.organisation), direct, True))
    if scope.authority is not None:
        asked.append((agent_term(scope.authority), (Role.AUTHORITY,), True))
    return asked


def _bounds(connection: Connection, filters: Filters) -> tuple[int | None, int | None]:
    """First and last position that the page may have, `stored` and position being one order."""
    low = high = None
    if filters.since is not None:
        low = _last_stored_by(connection, filters.since) + 1
    if filters.until is not None:
        high = _last_stored_by(connection, filters.until)
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


def _last_stored_by(connection: Connection, moment: int) -> int:
    row = connection.row(_STORED_BY, moment=moment)
    return int(row[0]) if row else 0


def _rarest_first(connection: Connection, wanted: list[Wanted]) -> list[Wanted]:
    if len(wanted) < 2:  # noqa: PLR2004  # nothing to choose
        return wanted
    for most in COUNTED:
        counts = [_count(connection, each, most) for each in wanted]
        if min(counts) < most:
            break
    return [each for _, each in sorted(zip(counts, wanted, strict=True), key=lambda pair: pair[0])]


def _count(connection: Connection, wanted: Wanted, most: int) -> int:
    values = {f"k0_{j}": key for j, key in enumerate(wanted.keys)}
    return int(connection.rows(count_query(len(wanted.keys)), most=most, **values)[0][0])


@lru_cache
def count_query(keys: int) -> Executable:
    """Count the rows of some keys, up to `most`."""
    rows = select(tables.posting.c.position).where(tables.posting.c.key.in_(_keys(0, keys)))
    return select(func.count()).select_from(rows.limit(bindparam("most")).subquery())


@lru_cache
def page_query(shape: Shape) -> Executable:
    """SQL of a page: the leading filter's positions in order, then their statements."""
    statement = tables.statement
    order = statement.c.position.asc() if shape.ascending else statement.c.position.desc()
    columns = (
        statement.c.position,
        statement.c.stored,
        statement.c.flags,
        statement.c.payload,
    )
    if shape.lead is None:
        query = _within(select(*columns), statement.c.position, shape)
        query = _visible(query, statement, shape)
        return query.order_by(order).limit(bindparam("rows"))
    found = _positions(shape)
    return select(*columns).join(found, _beside(statement, found)).order_by(order)


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
    query: Select[Any] = select(posting.c.position, posting.c.shard).distinct()
    query = query.where(posting.c.key == key, *_others(shape, posting, own=own))
    if own:
        query = query.where(posting.c.via == 0)
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
    return [
        *conditions,
        exists().where(_beside(first, lead), first.c.key.in_(_keys(i, keys)), *together),
    ]


def _also(lead: Any, i: int, keys: int, *, via: Any) -> Any:  # noqa: ANN401
    """Another filter holds for the same statement, the page's own or the one referred to."""
    other = tables.posting.alias(f"other{i}")
    return exists().where(_beside(other, lead), other.c.key.in_(_keys(i, keys)), other.c.via == via)


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

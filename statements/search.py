"""GET /statements: pages of the log by the xAPI filters (Communication 2.1.3).

A filter value is a term; its index rows `(key, position)` are read from the end where the page
begins. With several filters the one whose rows lie the furthest apart leads, and each of its rows
is looked up in the others. If that does not fill the page within a thousand rows, the rest is done
with bitmaps: so that the cost goes with the page, not with the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, literal_column, select, union_all

from statements import tables
from statements.bitmaps import Window, common
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

    from statements.database import Connection, Row

_AGENT_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED, Role.AUTHORITY)
_ACTIVITY_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED)

COUNTED = 100
"""So many rows of each filter show how far apart they lie."""
WALKED = 1_000
"""So many rows of the leading filter are looked up in the others one by one: a few milliseconds."""


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
    inherited: bool  # only rows that come from a statement referred to


_RECORD = (
    tables.statement.c.position,
    tables.statement.c.stored,
    tables.statement.c.flags,
    tables.statement.c.payload,
)
_LAST = select(func.max(tables.statement.c.position))


def search(connection: Connection, dictionary: Dictionary, filters: Filters, scope: Scope) -> Page:
    """A page of the statements that match the filters, voided ones left out if not asked for."""
    wanted = _resolve(connection, dictionary, filters, scope)
    if wanted is None:
        return Page([], None)
    low, high = _bounds(connection, filters)
    inquiry = Inquiry(connection, wanted, filters.ascending, filters.with_voided, filters.limit + 1)
    rows = inquiry.answer(low, high)
    records = rows[: filters.limit]
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


class Spread(NamedTuple):
    """How the rows of a filter lie, from the end where the page begins."""

    wanted: Wanted
    rows: int  # counted, as far as was counted
    reach: int | None  # position as far as which all were counted; None: there are no more

    def rank(self, *, ascending: bool) -> tuple[bool, int]:
        """The filter with the least leads: it has few rows, or goes far with as many as others."""
        if self.reach is None:
            return False, self.rows
        return True, -self.reach if ascending else self.reach


class Inquiry(NamedTuple):
    """A question to the index."""

    connection: Connection
    wanted: list[Wanted]
    ascending: bool
    with_voided: bool
    most: int  # records

    def answer(self, low: int | None, high: int | None) -> list[Record]:
        """The first records between two positions that match."""
        if len(self.wanted) < 2:  # noqa: PLR2004  # nothing to intersect
            return self._walk(self.wanted, low, high)
        window = self._concrete(low, high)
        spreads = self._spreads(self.wanted, window, COUNTED)
        spreads.sort(key=lambda spread: spread.rank(ascending=self.ascending))
        lead, wanted = spreads[0], [each.wanted for each in spreads]
        if lead.reach is not None:
            (lead,) = self._spreads([lead.wanted], window, WALKED)
        near, far = self._divide(window, lead.reach)
        found = self._walk(wanted, *near)
        if far is None or len(found) == self.most:
            return found
        self.connection.take_time()
        return found + self._replace(most=self.most - len(found)).beyond(wanted, far)

    def beyond(self, wanted: list[Wanted], window: Window) -> list[Record]:
        """The first records of a window however long it is: by bitmaps, and by inherited rows."""
        found = self._own(wanted, window)
        led = sorted(wanted, key=lambda each: each.own)
        if not led[0].own:
            found += self._walk(led, *window, inherited=True)
        by_position = {record.position: record for record in found}
        order = sorted(by_position, reverse=not self.ascending)
        return [by_position[position] for position in order[: self.most]]

    def _walk(
        self, wanted: list[Wanted], low: int | None, high: int | None, *, inherited: bool = False
    ) -> list[Record]:
        """Go through the rows of the first filter; all of them if there is nothing to find."""
        sizes = tuple((len(each.keys), each.own) for each in wanted)
        shape = Shape(
            lead=sizes[0] if sizes else None,
            others=sizes[1:],
            ascending=self.ascending,
            low=low is not None,
            high=high is not None,
            voided=self.with_voided,
            inherited=inherited,
        )
        keys = {
            f"k{i}_{j}": key for i, each in enumerate(wanted) for j, key in enumerate(each.keys)
        }
        rows = self.connection.rows(page_query(shape), low=low, high=high, rows=self.most, **keys)
        return [Record(*row) for row in rows]

    def _own(self, wanted: list[Wanted], window: Window) -> list[Record]:
        """Records of the statements that match by themselves, found by bitmaps."""
        keys = [each.keys for each in wanted]
        positions = common(self.connection, keys, window, ascending=self.ascending)
        found: list[Record] = []
        while len(found) < self.most and (several := list(islice(positions, self.most))):
            found += self._visible(several)
        return found[: self.most]

    def _visible(self, positions: list[int]) -> list[Record]:
        """Records at some positions, in the same order."""
        if not self.with_voided:
            column = tables.voided.c.position
            voided = {position for (position,) in self.connection.find(column, positions, column)}
            positions = [each for each in positions if each not in voided]
        rows = self.connection.find(tables.statement.c.position, positions, *_RECORD)
        return sorted((Record(*row) for row in rows), reverse=not self.ascending)

    def _spreads(self, wanted: list[Wanted], window: Window, most: int) -> list[Spread]:
        keys = [key for each in wanted for key in each.keys]
        query = reach_query(len(keys), ascending=self.ascending)
        named = {f"k0_{i}": key for i, key in enumerate(keys)}
        low, high = window
        rows = self.connection.rows(query, low=low, high=high, most=most, **named)
        counted = iter(sorted(rows))
        return [self._spread(each, list(islice(counted, len(each.keys))), most) for each in wanted]

    def _spread(self, wanted: Wanted, counted: list[Row], most: int) -> Spread:
        reached = [reach for _, rows, reach in counted if rows == most]
        nearest = min if self.ascending else max
        rows = sum(rows for _, rows, _ in counted)
        return Spread(wanted, rows, nearest(reached) if reached else None)

    def _concrete(self, low: int | None, high: int | None) -> Window:
        if high is None:
            high = int(self.connection.rows(_LAST)[0][0] or 0)
        return Window(low or 0, high)

    def _divide(self, window: Window, reach: int | None) -> tuple[Window, Window | None]:
        """What lies before and up to `reach`, and what lies beyond."""
        if reach is None:
            return window, None
        low, high = window
        if self.ascending:
            return Window(low, reach), Window(reach + 1, high)
        return Window(reach, high), Window(low, reach - 1)


@lru_cache
def reach_query(keys: int, *, ascending: bool) -> Executable:
    """For some keys: count the rows between two positions, up to `most`; and how far that goes."""
    position = tables.posting.c.position
    order = position.asc() if ascending else position.desc()
    furthest = func.max if ascending else func.min
    arms: list[Any] = []
    for i, key in enumerate(_keys(0, keys)):
        rows = select(position).where(tables.posting.c.key == key)
        rows = rows.where(position >= bindparam("low"), position <= bindparam("high"))
        rows = rows.order_by(order).limit(bindparam("most"))
        counted = rows.subquery()
        arms.append(
            select(literal_column(str(i)), func.count(), furthest(counted.c.position)).select_from(
                counted
            )
        )
    return union_all(*arms)


@lru_cache
def page_query(shape: Shape) -> Executable:
    """SQL of a page: the leading filter's positions in order, then their statements."""
    statement = tables.statement
    order = statement.c.position.asc() if shape.ascending else statement.c.position.desc()
    if shape.lead is None:
        query = _within(select(*_RECORD), statement.c.position, shape)
        query = _visible(query, statement, shape)
        return query.order_by(order).limit(bindparam("rows"))
    found = _positions(shape)
    return select(*_RECORD).join(found, _beside(statement, found)).order_by(order)


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

"""Reading the log: by id, by position, and what belongs to a statement."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select

from statements import tables
from statements.flags import Flag
from statements.page_queries import Record
from statements.references import has_own
from statements.terms import Dictionary, Role, agent_term, organisation_term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column

    from statements.connection import Connection
    from statements.filters import Scope

_IS_VOIDED = exists().where(tables.voided.c.position == tables.statement.c.position)
_BY_ID = select(
    tables.statement.c.position,
    tables.statement.c.stored,
    tables.statement.c.flags,
    tables.statement.c.payload,
    _IS_VOIDED.label("voided"),
).where(tables.statement.c.id == bindparam("id"), tables.statement.c.shard == bindparam("shard"))

_AFTER = (
    select(
        tables.statement.c.position,
        tables.statement.c.stored,
        tables.statement.c.flags,
        tables.statement.c.payload,
        tables.statement.c.id,
    )
    .where(tables.statement.c.position > bindparam("after"))
    .order_by(tables.statement.c.position)
    .limit(bindparam("rows"))
)

_IDS = (
    select(tables.statement.c.position, tables.statement.c.id)
    .where(
        tables.statement.c.position > bindparam("after"),
        tables.statement.c.position <= bindparam("until"),
    )
    .order_by(tables.statement.c.position)
)

_VOIDED = select(tables.voided.c.position.label("number"))


class Entry(NamedTuple):
    """A line of the log."""

    position: int
    stored: int  # microseconds since 1970
    flags: int
    payload: bytes
    id: bytes


def read_log(connection: Connection, after: int, limit: int) -> list[Entry]:
    """Entries that follow position `after`, in order, ending before the first gap.

    Positions have no gaps; on a distributed engine one can show while a commit is arriving.
    """
    rows = connection.rows(_AFTER, after=after, rows=limit)
    if rows and rows[-1][0] != after + len(rows):
        whole = takewhile(
            lambda numbered: numbered[0] == numbered[1][0], enumerate(rows, after + 1)
        )
        rows = [row for _, row in whole]
    return list(map(Entry._make, rows))


def read_ids(connection: Connection, after: int, until: int) -> list[tuple[int, bytes]]:
    """Positions and ids of the statements that follow `after`, up to `until`, in order."""
    rows = connection.rows(_IDS, after=after, until=until)
    return [(position, bytes(id_)) for position, id_ in rows]


class Line(NamedTuple):
    """A statement of the log with what decides who may void it."""

    position: int
    id: bytes
    stored: int
    flags: int
    organisation: str
    payload: bytes

    def may_void(self, target: Line) -> bool:
        """Whether this voiding statement voids the target (Data 2.3.2; decision 0011)."""
        if target.flags & Flag.VOIDING:
            return False
        return not self.flags & Flag.CONFINED or self.organisation == target.organisation


def lines_of(connection: Connection, ids: Iterable[bytes]) -> list[Line]:
    """Lines of the log that have these ids; those that are not stored are left out."""
    return _lines(connection, tables.statement.c.id, ids)


def lines_at(connection: Connection, positions: Iterable[int]) -> list[Line]:
    """Lines of the log at these positions."""
    return _lines(connection, tables.statement.c.position, positions)


def ids_at(connection: Connection, positions: Iterable[int]) -> dict[int, str]:
    """Ids of the statements at these positions; where there is none, it is left out."""
    column = tables.statement.c
    found = connection.find(column.position, set(positions), column.position, column.id)
    return {position: str(UUID(bytes=bytes(id_))) for position, id_ in found}


def _lines(connection: Connection, by: Column[Any], values: Iterable[object]) -> list[Line]:
    column = tables.statement.c
    wanted = (column.position, column.id, column.stored, column.flags, column.organisation)
    return [Line(*row) for row in connection.find(by, values, *wanted, column.payload)]


def voided_positions(connection: Connection) -> list[int]:
    """Positions of all statements that are voided, in order. They only become more."""
    return sorted(connection.numbers(_VOIDED))


def find_statement(
    connection: Connection,
    dictionary: Dictionary,
    statement_id: bytes,
    scope: Scope,
    *,
    voided: bool,
) -> Record | None:
    """The statement with this id if it is voided or not as asked, and in the scope."""
    row = connection.row(_BY_ID, id=statement_id, shard=statement_id[-1])
    if row is None or bool(row[4]) is not voided:
        return None
    record = Record(*row[:4])
    return record if _in_scope(connection, dictionary, record.position, scope) else None


def _in_scope(connection: Connection, dictionary: Dictionary, position: int, scope: Scope) -> bool:
    if scope.authority is None and not scope.organisation:
        return True
    needed = []
    if scope.authority is not None:
        needed.append((agent_term(scope.authority), Role.AUTHORITY))
    if scope.organisation:
        needed.append((organisation_term(scope.organisation), Role.DIRECT))
    numbers = dictionary.look_up(connection, [term for term, _ in needed])
    return all(
        term in numbers and has_own(connection, position, numbers[term], role)
        for term, role in needed
    )


def attachment_sizes(connection: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Sizes in bytes of attachments by their SHA-256; those that are not stored are left out."""
    column = tables.attachment.c
    size = func.length(column.content).label("size")
    return dict(connection.find(column.sha2, set(hashes), column.sha2, size))


def attachments_of(connection: Connection, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
    """Contents of attachments by their SHA-256; those that are not stored are left out."""
    column = tables.attachment.c
    return dict(connection.find(column.sha2, set(hashes), column.sha2, column.content))

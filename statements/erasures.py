"""Erasures: what of the log has to stay out of all that analysts get, for ever.

The log keeps it, and so do the records folded from it. Here stands what was erased, beside the log
and not in the lake: a lake may be thrown away and made anew at any time, in another place, under
another secret, and must not bring anything back. Only the owner of the tables may erase.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select

from schemas.identity import agent_ifi
from statements import tables
from statements.errors import UnknownStatements
from statements.filters import Filters, Scope
from statements.index import authority_terms, terms_of
from statements.reader import lines_at
from statements.search import search
from statements.terms import Dictionary, agent_term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from statements.connection import Connection
    from statements.database import Database
    from statements.page_queries import Record

PAGE_STATEMENTS = 1_000  # payloads in memory at a time: about 2 MB

_POSITIONS = select(tables.erased_statement.c.position.label("number"))
_PERSONS = select(tables.erased_person.c.identifier)


class Erasures(NamedTuple):
    """All that was erased.

    Attributes:
        positions: of statements.
        persons: identifiers (schemas.identity) of those who stay out, whatever comes of them.

    """

    positions: frozenset[int] = frozenset()
    persons: frozenset[str] = frozenset()


NOTHING = Erasures()


class Wish(NamedTuple):
    """What is to be erased.

    Attributes:
        ids: of statements.
        persons: identifiers of one person or several, whose statements and records go.
        any_role: statements go, too, in which they are anything else than the actor: object,
            member of a Group, instructor, authority, in a SubStatement.

    """

    ids: tuple[UUID, ...] = ()
    persons: frozenset[str] = frozenset()
    any_role: bool = False


def read_erasures(connection: Connection) -> Erasures:
    """All that was erased."""
    persons = (bytes(each).decode() for (each,) in connection.rows(_PERSONS))
    return Erasures(frozenset(connection.numbers(_POSITIONS)), frozenset(persons))


def positions_of(connection: Connection, wish: Wish) -> frozenset[int]:
    """Positions of the statements of a wish, those that are erased already left out.

    Raises:
        UnknownStatements: ids are of no statement.

    """
    found = {*_with_ids(connection, wish.ids), *_of_persons(connection, wish)}
    erased = read_erasures(connection)
    left = found - erased.positions
    return frozenset(left - positions_by(connection, erased.persons, left))


def record(database: Database, wish: Wish) -> int:
    """Write down that this is erased, in one transaction; the number of statements.

    They are looked for outside of it, since nobody else can write to SQLite meanwhile: what is
    appended between the two is by a person who is erased then, and stays out as such.

    Raises:
        UnknownStatements: ids are of no statement; nothing was written.
        Denied: the database's role is not the owner's.

    """
    positions = database.snapshot(lambda connection: positions_of(connection, wish))
    persons = sorted((each.encode(),) for each in wish.persons)

    def write(connection: Connection) -> None:
        rows = [(position,) for position in sorted(positions)]
        connection.insert(tables.erased_statement, rows, if_absent=True)
        connection.insert(tables.erased_person, persons, if_absent=True)

    database.write(write, lock=b"erase")
    return len(positions)


def positions_by(
    connection: Connection, persons: Collection[str], positions: Collection[int]
) -> set[int]:
    """Those of some positions where the actor is one of these persons."""
    if not persons:
        return set()
    lines = lines_at(connection, positions)
    return {each.position for each in lines if _actor_of(each.payload) in persons}


def _with_ids(connection: Connection, ids: Collection[UUID]) -> Iterator[int]:
    column = tables.statement.c
    wanted = {each.bytes for each in ids}
    found = connection.find(column.id, wanted, column.id, column.position)
    if missing := wanted - {bytes(id_) for id_, _ in found}:
        raise UnknownStatements(sorted(str(UUID(bytes=each)) for each in missing))
    yield from (position for _, position in found)


def _of_persons(connection: Connection, wish: Wish) -> Iterator[int]:
    for person in sorted(wish.persons):
        concerns = _names(person) if wish.any_role else _is_by(person)
        for each in _related(connection, person, anyhow=wish.any_role):
            # The index finds members of Groups, objects, and who refers to such a statement, too.
            if concerns(each.payload):
                yield each.position


def _related(connection: Connection, person: str, *, anyhow: bool) -> Iterator[Record]:
    """Statements that the index finds for a person, page by page."""
    dictionary = Dictionary()
    filters = Filters(
        agent=person,
        related_agents=anyhow,
        ascending=True,
        limit=PAGE_STATEMENTS,
        cursor=0,
        with_voided=True,
    )
    while filters.cursor is not None:
        records, cursor = search(connection, dictionary, filters, Scope())
        yield from records
        filters = replace(filters, cursor=cursor)


def _is_by(person: str) -> Callable[[bytes], bool]:
    return lambda payload: _actor_of(payload) == person


def _names(person: str) -> Callable[[bytes], bool]:
    term = agent_term(person)

    def names(payload: bytes) -> bool:
        statement = orjson.loads(payload)
        terms = terms_of(statement) + authority_terms(statement.get("authority", {}))
        return any(found == term for found, _ in terms)

    return names


def _actor_of(payload: bytes) -> str | None:
    return agent_ifi(orjson.loads(payload)["actor"])

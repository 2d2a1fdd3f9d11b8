"""Bitmaps are written: a full segment of the log is sealed (docs/decisions/0013-bitmaps.md)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import orjson

from statements import tables
from statements.append import head
from statements.bitmaps import SEALED, last_sealed, read_own
from statements.index import authority_terms, terms_of
from statements.segments import window_of
from statements.terms import Dictionary, Role, organisation_term, posting_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from statements.connection import Connection, Row
    from statements.database import Database
    from statements.index import Term

LEAST_ROWS = 32
"""A bitmap takes the room of a hundred index rows at most, and reading fewer than this is quick."""
SAMPLE_EVERY = 8
"""Frequent keys are found by looking at every eighth statement of a segment."""
LEAST_SEEN = 2
"""A key of 32 rows is seen in four of those, give or take two."""
SAMPLED_A_STEP, KEYS_A_STEP = 32, 8
"""Statements and keys that are looked at in a millisecond."""


def seal_next(database: Database, breathe: Callable[[], object] = lambda: None) -> bool:
    """Write the bitmaps of the next full segment; False if there is none.

    Safe to run in several processes at once. `breathe` is called after each millisecond of work.
    """
    segment = database.read(_next_full)
    if segment is None:
        return False
    rows: list[Row] = [(SEALED, segment, b"")]
    for keys in _several(_frequent(database, segment, breathe), KEYS_A_STEP):
        breathe()
        rows += database.read(partial(_bitmaps, keys=keys, segment=segment))
    database.write(
        lambda connection: connection.insert(tables.bitmap, rows, if_absent=True),
        lock=b"bitmap",
    )
    return True


def _next_full(connection: Connection) -> int | None:
    segment = last_sealed(connection) + 1
    return segment if head(connection).position >= window_of(segment, segment).high else None


def _bitmaps(connection: Connection, keys: Iterable[int], segment: int) -> list[Row]:
    """Rows for those keys that enough statements of a full segment have."""
    found = ((key, read_own(connection, key, window_of(segment, segment))) for key in keys)
    return [
        (key, segment, positions.serialize())
        for key, positions in found
        if len(positions) >= LEAST_ROWS
    ]


def _frequent(database: Database, segment: int, breathe: Callable[[], object]) -> list[int]:
    """Keys that several of the statements looked at have: all that are frequent, very likely."""
    low, high = window_of(segment, segment)
    seen: Counter[Term] = Counter()
    for sample in _several(range(low + SAMPLE_EVERY // 2, high + 1, SAMPLE_EVERY), SAMPLED_A_STEP):
        breathe()
        seen.update(database.read(partial(_terms, positions=sample)))
    often = [term for term, count in seen.items() if count >= LEAST_SEEN]
    names = {term for term, _ in often}
    numbers = database.read(lambda connection: Dictionary().look_up(connection, names))
    return sorted(posting_key(numbers[term], role) for term, role in often)


def _terms(connection: Connection, positions: Iterable[int]) -> list[Term]:
    """What some statements are found by, one after the other."""
    found: list[Term] = []
    column = tables.statement.c
    wanted = (column.payload, column.organisation)
    for payload, organisation in connection.find(column.position, positions, *wanted):
        statement = orjson.loads(payload)
        found += terms_of(statement) + authority_terms(statement["authority"])
        if organisation:
            found.append((organisation_term(organisation), Role.DIRECT))
    return found


def _several(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (items[first : first + size] for first in range(0, len(items), size))

"""Bitmaps are written: a full segment of the log is sealed (docs/decisions/0013-bitmaps.md)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import orjson
from pyroaring import BitMap64

from statements import tables
from statements.append import head
from statements.bitmaps import (
    SEALED,
    frequent_keys,
    packed_keys,
    read_own,
    read_sealed,
    read_segments,
)
from statements.index import authority_terms, terms_of
from statements.segments import segments_in, window_of
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
SAMPLED_A_STEP, ROWS_A_STEP = 32, 2_000
"""Statements and index rows that are read in a millisecond."""


def seal_next(database: Database, breathe: Callable[[], object] = lambda: None) -> bool:
    """Write the bitmaps of the next full segment, or of the next span; False if there is neither.

    Safe to run in several processes at once. `breathe` is called after each millisecond of work.
    """
    segment = database.read(_next_full)
    if segment is None:
        return _seal_span(database, breathe)
    bitmaps: dict[int, BitMap64] = {}
    for key, expected in _frequent(database, segment, breathe):
        positions = BitMap64()
        for window in window_of(segment, segment).parts(1 + expected // ROWS_A_STEP):
            breathe()
            positions |= database.read(partial(read_own, key=key, window=window))
        if len(positions) >= LEAST_ROWS:
            bitmaps[key] = positions
    frequent = sorted(bitmaps, key=lambda key: -len(bitmaps[key]))
    rows: list[Row] = [(key, segment, bitmaps[key].serialize()) for key in frequent]
    _write(database, [*rows, (SEALED, segment, packed_keys(frequent))])
    return True


def _seal_span(database: Database, breathe: Callable[[], object]) -> bool:
    """Write one bitmap of each frequent key for the next full span, if there is one."""
    sealed = database.read(read_sealed)
    number = -1 - sealed.spans
    span = segments_in(number)
    if span.stop > sealed.segments:
        return False
    first, last = span.start, span.stop - 1
    for key in database.read(partial(frequent_keys, first=first, last=last)):
        breathe()
        positions = database.read(partial(read_segments, key=key, first=first, last=last))
        _write(database, [(key, number, positions.serialize())])
    _write(database, [(SEALED, number, b"")])  # the last, since it says that all are there
    return True


def _write(database: Database, rows: Sequence[Row]) -> None:
    database.write(
        lambda connection: connection.insert(tables.bitmap, rows, if_absent=True),
        lock=b"bitmap",
    )


def _next_full(connection: Connection) -> int | None:
    segment = read_sealed(connection).segments
    # On a distributed engine a statement may become visible on all shards after the one behind it.
    last = segment + 1 if connection.is_distributed() else segment
    return segment if head(connection).position >= window_of(last, last).high else None


def _frequent(
    database: Database, segment: int, breathe: Callable[[], object]
) -> list[tuple[int, int]]:
    """Keys that several of the statements looked at have, and how many probably have them.

    These are all that are frequent, very likely.
    """
    low, high = window_of(segment, segment)
    seen: Counter[Term] = Counter()
    for sample in _several(range(low + SAMPLE_EVERY // 2, high + 1, SAMPLE_EVERY), SAMPLED_A_STEP):
        breathe()
        seen.update(database.read(partial(_terms, positions=sample)))
    often = {term: count for term, count in seen.items() if count >= LEAST_SEEN}
    names = {term for term, _ in often}
    numbers = database.read(lambda connection: Dictionary().look_up(connection, names))
    return sorted(
        (posting_key(numbers[term], role), count * SAMPLE_EVERY)
        for (term, role), count in often.items()
    )


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

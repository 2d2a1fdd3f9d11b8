"""Bitmaps are written: a full segment of the log is sealed (docs/decisions/0013-bitmaps.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import orjson

from statements import tables
from statements.append import head
from statements.bitmaps import SEALED, last_sealed, mask_of
from statements.index import authority_terms, terms_of
from statements.segments import segment_bytes, window_of
from statements.terms import Dictionary, Role, organisation_term, posting_key

if TYPE_CHECKING:
    from statements.database import Connection, Database, Row

LEAST_ROWS = 32
"""A bitmap takes the room of a hundred index rows at most, and reading fewer than this is quick."""
SAMPLE_EVERY = 8
"""Frequent keys are found by looking at every eighth statement of a segment."""


def seal_next(database: Database) -> bool:
    """Write the bitmaps of the next full segment; False if there is none.

    Safe to run in several processes at once.
    """
    segment = database.read(_next_full)
    if segment is None:
        return False
    rows = database.read(lambda connection: _rows(connection, segment))
    database.write(
        lambda connection: connection.insert(tables.bitmap, rows, if_absent=True),
        lock=b"bitmap",
    )
    return True


def _next_full(connection: Connection) -> int | None:
    segment = last_sealed(connection) + 1
    return segment if head(connection).position >= window_of(segment, segment).high else None


def _rows(connection: Connection, segment: int) -> list[Row]:
    """Rows of a full segment for the table."""
    rows: list[Row] = [(SEALED, segment, b"")]
    for key in _frequent(connection, segment):
        mask = mask_of(connection, key, segment)
        if mask.bit_count() >= LEAST_ROWS:
            rows.append((key, segment, mask.to_bytes(segment_bytes(), "little")))
    return rows


def _frequent(connection: Connection, segment: int) -> list[int]:
    """Keys that several of the statements looked at have: all that are frequent, very likely."""
    low, high = window_of(segment, segment)
    column = tables.statement.c
    sample = range(low + SAMPLE_EVERY // 2, high + 1, SAMPLE_EVERY)
    seen: Counter[tuple[str, Role]] = Counter()
    for payload, organisation in connection.find(
        column.position, sample, column.payload, column.organisation
    ):
        statement = orjson.loads(payload)
        seen.update(terms_of(statement) + authority_terms(statement["authority"]))
        if organisation:
            seen[organisation_term(organisation), Role.DIRECT] += 1
    often = [term for term, count in seen.items() if count > 1]
    numbers = Dictionary().look_up(connection, {term for term, _ in often})
    return sorted(posting_key(numbers[term], role) for term, role in often)

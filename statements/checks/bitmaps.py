"""Bitmaps: exactly the index rows that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyroaring import BitMap64
from sqlalchemy import select

from statements import tables
from statements.bitmaps import SEALED, read_own
from statements.checks.examination import Kind
from statements.segments import segments_in, window_of
from statements.terms import ROLE_BITS

if TYPE_CHECKING:
    from statements.checks.examination import Examination

_bitmap = tables.bitmap.c
_BITMAPS = select(_bitmap.key, _bitmap.segment, _bitmap.positions).where(_bitmap.key != SEALED)


def check_bitmaps(examination: Examination) -> None:
    """Compare each bitmap with the index."""
    connection = examination.connection
    for key, number, content in connection.stream(_BITMAPS):
        term, of = key >> ROLE_BITS, segments_in(number)
        try:
            found = BitMap64.deserialize(content)
        except (ValueError, IndexError):  # the latter if it is empty
            first = window_of(of.start, of.start).low
            examination.find(Kind.BITMAP, first, f"the bitmap of term {term} can't be read")
            continue
        for segment in of:
            found ^= read_own(connection, key, window_of(segment, segment))
        if found:
            detail = f"the bitmap of term {term} is not what the index says"
            examination.find(Kind.BITMAP, found.min(), detail)

"""Bitmaps: exactly the index rows that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from statements import tables
from statements.bitmaps import SEALED, mask_of
from statements.checks.examination import Kind
from statements.segments import positions_of
from statements.terms import ROLE_BITS

if TYPE_CHECKING:
    from statements.checks.examination import Examination

_BITMAPS = select(tables.bitmap.c.key, tables.bitmap.c.segment, tables.bitmap.c.bits)


def check_bitmaps(examination: Examination) -> None:
    """Compare each bitmap with the index."""
    connection = examination.connection
    for key, segment, bits in connection.stream(_BITMAPS.where(tables.bitmap.c.key != SEALED)):
        wrong = int.from_bytes(bits, "little") ^ mask_of(connection, key, segment)
        position = next(positions_of(segment, wrong, ascending=True), None)
        if position is not None:
            detail = f"the bitmap of term {key >> ROLE_BITS} is not what the index says"
            examination.find(Kind.BITMAP, position, detail)

"""The dictionary of terms: numbered without a gap, and no term without a use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from statements import tables
from statements.checks.examination import Kind

if TYPE_CHECKING:
    from statements.checks.examination import Examination, NumberSet

_TERMS = select(tables.term.c.number).order_by(tables.term.c.number)


def check_terms(examination: Examination, used: NumberSet) -> None:
    """Go through all terms.

    Args:
        examination: all statements were read.
        used: terms that are used beside the statements' texts.

    """
    before = 0
    for (number,) in examination.connection.stream(_TERMS):
        if number != before + 1:
            detail = f"terms {before + 1} to {number - 1} are missing"
            examination.find(Kind.TERM, None, detail)
        if number not in examination.said and number not in used:
            examination.find(Kind.TERM, None, f"nothing uses term {number}")
        before = number

"""What a cell of CSV may begin with: the one place for the rule."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs what begins so (OWASP)


def harmless(text: str) -> str:
    """A text as a spreadsheet may be given it: with an apostrophe before what it would run.

    It is for text only: the number -1 is no formula.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text

"""What the server hands to the process of a query, and how that process begins its answer."""

from __future__ import annotations

from typing import Literal

import msgspec

Format = Literal["json", "csv", "arrow"]


class Question(msgspec.Struct, frozen=True):
    """A query, where to ask it, and what it may use: one line of JSON."""

    place: str
    sql: str
    format: Format
    memory_bytes: int
    disk_bytes: int
    threads: int
    seconds: float
    rows: int


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The line before the answer.

    Attributes:
        error: what went wrong, a class of analytics.errors or empty; then there is no answer.
        message: the error in words.

    """

    error: str = ""
    message: str = ""

"""What the parts of a check share: one state of the database, and where findings go."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from statements import tables
from statements.append import head
from statements.terms import Dictionary

if TYPE_CHECKING:
    from statements.connection import Connection

_LAST_TERM = select(func.max(tables.term.c.number))


class Kind(StrEnum):
    """What a finding is about."""

    ENGINE = "engine"  # the database's own files, indexes and triggers
    MIGRATION = "migration"  # the ledger of migrations
    POSITION = "position"  # a gap, or two statements in one place
    STORED = "stored"  # time does not go on, or the statement has another one
    ID = "id"  # the statement has another one, or its shard is wrong
    DIGEST = "digest"  # the statement's text is not the one that was stored
    PAYLOAD = "payload"  # the text is no statement
    FLAGS = "flags"  # what is noted beside the statement is not so
    TERM = "term"  # the dictionary of filter values
    POSTING = "posting"  # the filter index
    BITMAP = "bitmap"  # which statements of a segment have a frequent term
    REFERENCE = "reference"  # which statement refers to which
    VOIDED = "voided"
    ATTACHMENT = "attachment"
    DEFINITION = "definition"  # of an activity
    NAME = "name"  # of an agent


Progress = Callable[[int, float | None, str], None]
"""How many were looked at, which share of all that is if it is known, and what they are."""


class Finding(NamedTuple):
    """Something that is not as it has to be."""

    kind: Kind
    position: int | None  # of the statement, if it is about one
    detail: str

    def __str__(self) -> str:
        place = "" if self.position is None else f" at position {self.position}"
        return f"{self.kind}{place}: {self.detail}"


class NumberSet:
    """Whole numbers from 0 to `last`, a bit for each."""

    def __init__(self, last: int) -> None:
        self._bits = bytearray((last >> 3) + 1)

    def add(self, number: int) -> None:
        """Put a number in; those beyond the last are left out."""
        if 0 <= number >> 3 < len(self._bits):
            self._bits[number >> 3] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        return 0 <= number >> 3 < len(self._bits) and bool(
            self._bits[number >> 3] >> (number & 7) & 1
        )


class Examination:
    """A check that is under way.

    Args:
        connection: sees one state of the database.
        report: gets each finding.
        progress: is told how far it has come.

    """

    def __init__(
        self,
        connection: Connection,
        report: Callable[[Finding], None],
        progress: Progress,
    ) -> None:
        self.connection = connection
        self.dictionary = Dictionary()
        self.progress = progress
        self.last = head(connection).position
        self.last_term = int(connection.rows(_LAST_TERM)[0][0] or 0)
        self.said = NumberSet(self.last_term)
        """Terms that statements have."""
        self._report = report

    def find(self, kind: Kind, position: int | None, detail: str) -> None:
        """Report a finding."""
        self._report(Finding(kind, position, detail))

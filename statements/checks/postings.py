"""The filter index: exactly the terms of each statement, no more and no less.

The log is in order of position and the index in order of key, and neither fits into memory. So each
block of positions has a sum: what statements say is added to it, what the index has is subtracted.
Where something is left, the block is looked at row by row. The hashes in the sums are seeded anew
each time.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from statements import tables
from statements.checks.examination import Kind
from statements.checks.log import find_rows, readable
from statements.terms import ROLE_BITS, posting_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from statements.checks.examination import Examination
    from statements.checks.log import Known

BLOCK_POSITIONS = 1024
MOST_BLOCKS = 20  # to look at row by row, each by reading the whole index
PROGRESS_ROWS = 10_000

_COLUMNS = tables.posting.c
_INDEX = select(_COLUMNS.key, _COLUMNS.position, _COLUMNS.via, _COLUMNS.shard)
_OWN_OF_BLOCK = select(_COLUMNS.key, _COLUMNS.position, _COLUMNS.shard).where(
    _COLUMNS.position >= bindparam("low"),
    _COLUMNS.position < bindparam("high"),
    _COLUMNS.via == 0,
)


class Posting(NamedTuple):
    """A row of the index."""

    key: int
    position: int
    via: int
    shard: int

    @property
    def number(self) -> int:
        """The term's."""
        return self.key >> ROLE_BITS

    @property
    def role(self) -> int:
        """How the statement is connected with the term."""
        return self.key & (1 << ROLE_BITS) - 1


class Postings:
    """Compares the index with the log; first all statements, then `compare`."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._left = [0] * (examination.last // BLOCK_POSITIONS + 1)
        self._seed = secrets.randbits(62)
        self._unreadable: set[int] = set()

    def add(self, known: Known, numbers: dict[str, int]) -> None:
        """What a statement says has to be in the index.

        Args:
            known: the statement.
            numbers: of all its terms, as far as they have one.

        """
        position, shard = known.row.position, known.row.shard
        for term, role in known.own_terms:
            number = numbers.get(term)
            if number is None:
                detail = f"{term} is not in the dictionary"
                self._examination.find(Kind.TERM, position, detail)
            else:
                self._examination.said.add(number)
                self._add(posting_key(number, role), position, shard, 1)

    def leave_out(self, position: int) -> None:
        """Nobody knows what the index should have of a statement that cannot be read."""
        self._unreadable.add(position)

    def compare(self) -> Iterator[Posting]:
        """Go through the index; yields the rows that stand for another statement."""
        examination = self._examination
        for row_number, row in enumerate(examination.connection.stream(_INDEX), 1):
            posting = Posting._make(row)
            if row_number % PROGRESS_ROWS == 0:
                examination.progress(row_number, None, "rows of the index")
            if not 0 < posting.position <= examination.last:
                detail = f"term {posting.number} points to no statement"
                examination.find(Kind.POSTING, posting.position, detail)
            elif posting.position in self._unreadable:
                continue
            elif posting.number not in examination.said:
                detail = f"term {posting.number} is none that a statement has"
                examination.find(Kind.POSTING, posting.position, detail)
            elif posting.via:
                yield posting
            else:
                self._add(posting.key, posting.position, posting.shard, -1)

    def explain(self) -> None:
        """Find the rows that make the sums differ."""
        blocks = [block for block, left in enumerate(self._left) if left]
        for block in blocks[:MOST_BLOCKS]:
            self._explain(block * BLOCK_POSITIONS)
        for block in blocks[MOST_BLOCKS:]:
            low = block * BLOCK_POSITIONS
            detail = f"rows are missing or too many up to position {low + BLOCK_POSITIONS - 1}"
            self._examination.find(Kind.POSTING, low, detail)

    def _add(self, key: int, position: int, shard: int, sign: int) -> None:
        self._left[position // BLOCK_POSITIONS] += sign * hash((self._seed, key, position, shard))

    def _explain(self, low: int) -> None:
        examination = self._examination
        high = low + BLOCK_POSITIONS
        names = self._expected(range(max(low, 1), min(high, examination.last + 1)))
        rows = examination.connection.rows(_OWN_OF_BLOCK, low=low, high=high)
        actual = {row for row in rows if row[0] >> ROLE_BITS in examination.said}
        actual = {row for row in actual if row[1] not in self._unreadable}
        for row in sorted(names.keys() - actual):
            examination.find(Kind.POSTING, row[1], f"the index lacks {names[row]}")
        for key, position, shard in sorted(actual - names.keys()):
            detail = f"the index has term {key >> ROLE_BITS} (shard {shard}), the statement not"
            examination.find(Kind.POSTING, position, detail)

    def _expected(self, positions: Iterable[int]) -> dict[tuple[int, int, int], str]:
        """Rows that statements have to have, and what they stand for."""
        expected = {}
        for row in find_rows(self._examination, positions):
            known = readable(row)
            terms = known.own_terms if known else []
            numbers = self._examination.dictionary.look_up(
                self._examination.connection, [term for term, _ in terms]
            )
            for term, role in terms:
                if term in numbers:
                    place = (posting_key(numbers[term], role), row.position, row.shard)
                    expected[place] = f"{term} ({role.name.lower()})"
        return expected

"""Is the store what it has to be? The log against itself, and all that was derived against the log.

    log in order -> each statement by itself -> sums of its index rows, its references, attachments
    the index, references, voids, contents, descriptions, terms -> each asked for by a statement

It all sees one state of the database, while servers may go on. What the log does not say cannot be
checked: whether the credential that sent a statement might define.
"""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from statements.checks.attachments import Attachments
from statements.checks.bitmaps import check_bitmaps
from statements.checks.descriptions import Descriptions
from statements.checks.dictionary import check_terms
from statements.checks.engine import check_guards, check_ledger, is_sound
from statements.checks.examination import Examination, Kind, NumberSet
from statements.checks.log import find_rows, read_rows, understand
from statements.checks.postings import Postings
from statements.checks.references import References
from statements.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from statements.checks.examination import Finding, Progress
    from statements.checks.log import Known, Row
    from statements.connection import Connection
    from statements.database import Database

T = TypeVar("T")

GROUP_STATEMENTS = 500  # whose terms are looked up together


def check(
    database: Database,
    report: Callable[[Finding], None],
    progress: Progress,
) -> int:
    """Check everything; the number of statements that were looked at.

    Args:
        database: migrated.
        report: gets each finding as it is found.
        progress: gets how many were looked at, which share of all that is, and what they are.

    """

    def work(connection: Connection) -> int:
        examination = Examination(connection, report, progress)
        if not is_sound(examination, database):
            return 0  # reading on would fail somewhere
        check_guards(examination, database)
        check_ledger(examination, database)
        return _Check(examination).everything()

    return database.snapshot(work)


def check_sample(
    database: Database,
    statements: int,
    report: Callable[[Finding], None],
    progress: Progress,
) -> int:
    """Check some statements picked at random, and that what they ask for is there.

    What is there and nobody asked for is not seen. The number of statements that were looked at.
    """

    def work(connection: Connection) -> int:
        examination = Examination(connection, report, progress)
        check_ledger(examination, database)
        return _Check(examination).some(statements)

    return database.snapshot(work)


class _Check:
    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._postings = Postings(examination)
        self._references = References(examination)
        self._attachments = Attachments(examination)

    def everything(self) -> int:
        """Check all statements, then all that was derived from them."""
        looked_at = 0
        for rows in _groups(read_rows(self._examination)):
            self._check_statements(rows)
            looked_at += len(rows)
            share = looked_at / self._examination.last
            self._examination.progress(looked_at, share, "statements")
        for posting in self._postings.compare():
            self._references.check_inherited(posting)
        self._postings.explain()
        check_bitmaps(self._examination)
        for position, shard in self._references.voided():
            self._references.check_voided(position, shard)
        self._attachments.check_contents()
        self._check_terms()
        return looked_at

    def some(self, statements: int) -> int:
        """Check statements at random positions; how many."""
        last = self._examination.last
        positions = random.sample(range(1, last + 1), min(statements, last))
        for group in _groups(sorted(positions)):
            rows = list(find_rows(self._examination, group))
            for position in sorted(set(group) - {row.position for row in rows}):
                self._examination.find(Kind.POSITION, position, "there is no statement")
            for known in self._check_statements(rows):
                self._references.check_own(known.row.position)
        return len(positions)

    def _check_statements(self, rows: list[Row]) -> list[Known]:
        """Check statements by themselves, and that what they ask for is there."""
        known = []
        for row in rows:
            each = understand(self._examination, row)
            if each is None:
                self._postings.leave_out(row.position)
            else:
                known.append(each)
        terms = {term for each in known for term, _ in each.own_terms}
        numbers = self._examination.dictionary.look_up(self._examination.connection, terms)
        for each in known:
            self._postings.add(each, numbers)
            if each.target is not None:
                self._references.check_statement(each.row.position)
            if each.flags & Flag.ATTACHMENTS:
                self._attachments.check_statement(each)
        return known

    def _check_terms(self) -> None:
        """Go through what numbers terms, last: descriptions and references use some, too."""
        used = NumberSet(self._examination.last_term)
        for reference in self._references.rows():
            self._references.check_reference(reference)
            used.add(reference.confined_to)
        descriptions = Descriptions(self._examination, used)
        descriptions.check_definitions()
        descriptions.check_names()
        check_terms(self._examination, used)


def _groups(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while group := list(islice(rest, GROUP_STATEMENTS)):
        yield group

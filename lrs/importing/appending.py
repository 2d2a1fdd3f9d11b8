"""From checked statements to the log: many in a transaction, each for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lrs.importing.checking import Checked, Checker, RefusedError
from lrs.importing.report import Refusal, Report
from schemas.errors import Problem
from statements.errors import Conflict, StoreError

if TYPE_CHECKING:
    from lrs.importing.sources import Candidate
    from statements.admission import Outcome
    from statements.append import Appender

FLUSH_STATEMENTS = 1000  # about 0.1 s under the lock, so that a running server can go on
FLUSH_BYTES = 16 * 1024 * 1024


class _Waiting(NamedTuple):
    candidate: Candidate
    checked: Checked


class Importer:
    """Takes candidates in. Each is a request of its own, so that none takes another down.

    Args:
        appender: to the log.
        checker: says which may go in.
        report: gets what became of each, once that is durable.

    """

    def __init__(self, appender: Appender, checker: Checker, report: Report) -> None:
        self._appender = appender
        self._checker = checker
        self._report = report
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0

    def take(self, candidate: Candidate) -> None:
        """Check a candidate; it goes in with the next flush.

        Raises:
            Unavailable: the database failed; import again, what is in stays in.

        """
        try:
            checked = self._checker.check(candidate)
        except RefusedError as error:
            self._refuse(candidate, error.statement_id, error.problems, is_conflict=False)
            return
        self._waiting.append(_Waiting(candidate, checked))
        self._waiting_bytes += checked.request.size_bytes
        if len(self._waiting) >= FLUSH_STATEMENTS or self._waiting_bytes >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Append what waits, durably."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if waiting:
            outcomes = self._appender.append([each.checked.request for each in waiting])
            for each, outcome in zip(waiting, outcomes, strict=True):
                self._count(each, outcome)

    def _count(self, waiting: _Waiting, outcome: Outcome) -> None:
        candidate, (request, of_event) = waiting
        if isinstance(outcome, Conflict) and not of_event:
            rule = "another statement with this id is stored"
            problem = Problem("$.id", rule, "XAPI-00142")
            self._refuse(candidate, request.statements[0].id_text, [problem], is_conflict=True)
        elif isinstance(outcome, Conflict):
            self._report.known += 1
        elif isinstance(outcome, StoreError):
            raise outcome
        else:
            self._report.new += outcome.new
            self._report.known += outcome.known

    def _refuse(
        self,
        candidate: Candidate,
        statement_id: str | None,
        problems: list[Problem],
        *,
        is_conflict: bool,
    ) -> None:
        place = (candidate.number, candidate.line, statement_id)
        self._report.refuse(Refusal(*place, is_conflict, problems))

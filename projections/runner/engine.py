"""One step of the fold at a time, each a transaction that can be repeated or given up.

    the log -> events -> each projection, and all their checkpoints: committed together

What has another version than the one it was folded with stays as it is, and is folded anew beside
(`__next`): first the events if need be, then learner by learner whatever is made from them, while
new statements keep coming; then the new tables take the place of the old ones.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple, Protocol

from projections.runner import rebuild, revision
from projections.runner.batch import fold_batch
from projections.runner.desk import Desk
from projections.runner.ledger import EVENTS, NEXT, read_ledger, write_ledger
from projections.runner.swap import is_complete, swap
from projections.runner.turn import CannotFold, Turn
from projections.schema import LOCK
from statements.reader import read_log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from projections.runner.desk import Reference
    from projections.runner.lease import Lease
    from projections.runner.ledger import Checkpoint
    from projections.work import Projection
    from statements.connection import Connection
    from statements.database import Database

MOST_ERROR = 500
_EVENTS = (EVENTS, EVENTS + NEXT)

logger = logging.getLogger(__name__)


class Portions(NamedTuple):
    """How much is done in a transaction: more share more pages, fewer let others have a turn.

    Attributes:
        entries: of the log, at most.
        events: that are folded anew while something is rebuilt, about so many.
        fewest_learners: whose events these are, at least.
        most_learners: and at most.
        stale_learners: who are folded again since the directory or the catalogue changed.

    """

    entries: int = 2_000
    events: int = 20_000
    fewest_learners: int = 10
    most_learners: int = 5_000
    stale_learners: int = 50


PORTIONS = Portions()


class Stores(NamedTuple):
    """Where statements are, and where the read models are; its tables exist."""

    log: Database
    records: Database


class Source(Protocol):
    """Where reference data comes from: the records store."""

    def load(self, connection: Connection, /) -> Reference:
        """All there is to go by."""

    def revision(self, connection: Connection, /) -> int:
        """The revision that `load` would give, sooner told than loaded."""


class Engine:
    """The fold.

    Args:
        stores: the two databases.
        source: of what to go by.
        projections: in the order in which they need each other.
        lease: held while anything is written.
        gap: microseconds without a statement that end a connection.

    Attributes:
        until: the last position of the log that is folded.
        is_behind: whether the last step left something to do that was there already.

    """

    def __init__(
        self,
        stores: Stores,
        source: Source,
        projections: Sequence[Projection],
        lease: Lease,
        gap: int,
    ) -> None:
        self._log, self._records = stores
        self._source = source
        self._projections = projections
        self._lease = lease
        self._gap = gap
        self.until = 1 << 62
        self.is_behind = False
        self.limit(PORTIONS)
        self._revision: int | None = None
        self._desk_now: Desk | None = None

    def limit(self, portions: Portions) -> None:
        """Do so much at a time from now on."""
        self._portions = portions
        self._batch = portions.entries
        self._learners = portions.fewest_learners

    def forget(self) -> None:
        """Remember nothing: what was written may have been rolled back, or changed by others."""
        self._desk_now = None

    def step(self) -> bool:
        """Do the next thing there is to do; whether there was any.

        Raises:
            Lost: another process folds now.
            Unavailable: a database does not answer.

        """
        try:
            return self._step()
        except CannotFold as failure:
            self.forget()
            self._give_way(failure)
            return True
        except BaseException:
            self.forget()
            raise

    def _step(self) -> bool:
        revised = self._revise()
        ledger = self._records.read(read_ledger)
        folded = [self._fold(ledger, suffix) for suffix in ("", NEXT)]
        refolded = self._refold_stale()
        walked = folded[1] < self._portions.entries and self._walk(ledger)
        self.is_behind = self._portions.entries in folded or refolded or walked
        return revised or any(folded) or refolded or walked

    @property
    def _desk(self) -> Desk:
        if self._desk_now is None or self._desk_now.is_full:
            self._desk_now = Desk(self._records.snapshot(self._source.load), self._gap)
        return self._desk_now

    def _write(self, work: Callable[[Turn], None]) -> None:
        """Do work in a transaction, as long as nobody else folds."""

        def turn(connection: Connection) -> None:
            connection.commit_without_waiting()  # what is lost is folded again
            self._lease.hold(connection)
            mine = Turn(connection, self._desk, self._projections)
            work(mine)
            mine.save()

        self._records.write(turn, lock=LOCK)

    def _revise(self) -> bool:
        """Take account of what changed beside the log, and begin to rebuild what has to be."""
        current, asked = self._records.read(
            lambda connection: (self._source.revision(connection), rebuild.requested(connection))
        )
        if self._revision == current and not asked:
            return False
        self.forget()
        done = []

        def work(turn: Turn) -> None:
            if revision.applied(turn.connection) != turn.desk.reference.revision:
                revision.apply(turn)
            done.append(rebuild.plan(turn, self._records, again=self._revision is None))

        self._write(work)
        self._revision = self._desk.reference.revision  # committed: what is at hand says nothing
        return any(done)

    def _fold(self, ledger: dict[str, Checkpoint], journal: str) -> int:
        """Fold the next batch of the log into these events and what is made from them.

        Returns how many entries it had.
        """
        events = ledger.get(EVENTS + journal)
        version = self._desk.reference.vocabulary.version
        if events is None or events.version != version:
            return 0
        after = events.position
        most = min(self._batch, self.until - after)
        entries = self._log.read(lambda connection: read_log(connection, after, most))
        if not entries:
            return 0
        self._write(
            lambda turn: self._log.read(lambda log: fold_batch(turn, journal, log, entries))
        )
        self._batch = min(self._batch * 2, self._portions.entries)
        return len(entries)

    def _refold_stale(self) -> bool:
        most = self._portions.stale_learners
        learners = self._records.read(lambda records: revision.stale_learners(records, most))
        if not learners:
            return False
        self._write(lambda turn: revision.refold_stale(turn, learners))
        return True

    def _walk(self, ledger: dict[str, Checkpoint]) -> bool:
        """Fold the next learners into what is being rebuilt, or serve it."""
        following = [each for each in ledger.values() if each.is_next and not each.stopped_at]
        if not following:
            return False
        if any(each.cursor is not None for each in following):
            self._write(self._walk_on)
            return True
        served = []

        def work(turn: Turn) -> None:
            if is_complete(turn):
                swap(turn)
                served.append(True)

        self._write(work)
        if served:
            self.forget()  # what was remembered of the tables that were served before
        return bool(served)

    def _walk_on(self, turn: Turn) -> None:
        events = rebuild.walk(turn, self._learners)
        _, wanted_events, fewest, most, _ = self._portions
        wanted = self._learners * wanted_events // max(events, 1)
        self._learners = min(max(wanted, fewest), most, self._learners * 2)

    def note_failure(self, error: Exception | None) -> None:
        """Note in the events' checkpoints that they can't go on, and why; or that they can."""
        self.forget()

        def note(connection: Connection) -> None:
            self._lease.hold(connection)
            stuck = [each for name, each in read_ledger(connection).items() if name in _EVENTS]
            text = repr(error)[:MOST_ERROR] if error else ""
            noted = [
                each._replace(stopped_at=each.position + 1 if error else None, error=text)
                for each in stuck
            ]
            write_ledger(connection, noted)

        self._records.write(note, lock=LOCK)

    def _give_way(self, failure: CannotFold) -> None:
        """Find the entry that can't be folded by smaller batches, then stop the projection there.

        The others go on without it.
        """
        if self._batch > 1 and failure.is_new:
            self._batch //= 2
            return
        logger.error(
            "a projection has stopped",
            exc_info=failure.__cause__,
            extra={"facts": {"projection": failure.name, "position": failure.position}},
        )
        self._batch = self._portions.entries

        def work(turn: Turn) -> None:
            stopped = turn.ledger[failure.name]
            error = repr(failure.__cause__)[:MOST_ERROR]
            turn.note(stopped._replace(stopped_at=failure.position, error=error))

        self._write(work)

"""One transaction of the fold, with the checkpoints that are committed in it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from projections.history import History
from projections.runner.ledger import (
    EVENTS,
    NEXT,
    Checkpoint,
    next_change,
    read_ledger,
    write_ledger,
)
from projections.tables import edition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.runner.desk import Desk
    from projections.work import Changed, Happening, Histories, Projection, Work
    from statements.connection import Connection


class CannotFold(Exception):
    """A projection failed; the transaction must not be committed.

    Attributes:
        name: of the checkpoint.
        position: of the last entry that it was to fold.
        is_new: it was to fold new entries, of which fewer may go well.

    """

    def __init__(self, name: str, position: int, *, is_new: bool) -> None:
        super().__init__(f"{name} cannot be folded up to position {position}")
        self.name = name
        self.position = position
        self.is_new = is_new


class Turn:
    """A transaction.

    Args:
        connection: to the records, writing.
        desk: what is remembered.
        projections: all there are, by name, in the order in which they need each other.

    """

    def __init__(
        self, connection: Connection, desk: Desk, projections: Sequence[Projection]
    ) -> None:
        self.connection = connection
        self.desk = desk
        self.projections = {each.name: each for each in projections}
        self.ledger = read_ledger(connection)
        self._before = dict(self.ledger)
        self._change = 0

    def save(self) -> None:
        """Write the checkpoints that changed."""
        changed = [each for each in self.ledger.values() if self._before.get(each.name) != each]
        gone = [(name,) for name in self._before if name not in self.ledger]
        write_ledger(self.connection, changed)
        self.connection.remove(edition("")["projection"], gone)

    @property
    def change(self) -> int:
        """The number of this transaction."""
        if not self._change:
            self._change = next_change(self.connection)
        return self._change

    def note(self, checkpoint: Checkpoint) -> None:
        """Set a checkpoint."""
        self.ledger[checkpoint.name] = checkpoint

    # What is folded from which events -------------------------------------------------------------

    def journal_of(self, checkpoint: Checkpoint) -> str:
        """The suffix of the events that a projection is folded from."""
        return NEXT if checkpoint.is_next and EVENTS + NEXT in self.ledger else ""

    def folds(self, journal: str) -> list[Checkpoint]:
        """Projections that are folded from these events and can go on."""
        events = self.ledger[EVENTS + journal]
        return [
            each
            for name in self.projections
            for suffix in ("", NEXT)
            if (each := self.ledger.get(name + suffix)) is not None
            and self.journal_of(each) == journal
            and each.stopped_at is None
            and each.position == events.position
            and each.version == self.version(name)
        ]

    def version(self, name: str) -> str:
        """The version that this program and what it goes by would give to a projection now."""
        if name == EVENTS:
            return self.desk.reference.vocabulary.version
        return self.desk.version(self.projections[name])

    # Folding --------------------------------------------------------------------------------------

    def history(self, journal: str, until: int) -> History:
        """The past, as it was at a position of the log."""
        events = edition(journal)["event"]
        return History(self.connection, events, self.desk.people, self.desk.places, until)

    def update(
        self, folds: Iterable[Checkpoint], happenings: Sequence[Happening], until: int
    ) -> None:
        """Fold what is new, in each the learners that it has."""
        # One for all: what is rebuilt may ask for what is not.
        changed: Changed = defaultdict(set)
        for fold in folds:
            known = _known(happenings, fold)
            work = self._work(fold, until, changed)
            try:
                self.projections[fold.name.removesuffix(NEXT)].update(work, known)
            except Exception as error:
                raise CannotFold(fold.name, until, is_new=True) from error

    def refold(self, folds: Iterable[Checkpoint], histories: Histories, until: int) -> None:
        """Fold some learners anew."""
        for fold in folds:
            work = self._work(fold, until, defaultdict(set))
            try:
                self.projections[fold.name.removesuffix(NEXT)].refold(work, histories)
            except Exception as error:
                raise CannotFold(fold.name, until, is_new=False) from error

    def _work(self, fold: Checkpoint, until: int, changed: Changed) -> Work:
        history = self.history(self.journal_of(fold), until)
        rebuilt = {
            table
            for name, projection in self.projections.items()
            if name + NEXT in self.ledger
            for table in projection.tables
        }
        return self.desk.work(
            self.connection, history, rebuilt if fold.is_next else set(), self.change, changed
        )


def _known(happenings: Sequence[Happening], fold: Checkpoint) -> Sequence[Happening]:
    """What happened to learners whom a projection has; a rebuild comes to the others later."""
    if fold.cursor is None:
        return happenings
    return [each for each in happenings if each.learner <= fold.cursor]

"""Folding the next entries of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections import tables
from projections.runner.ledger import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.runner.ledger import Checkpoint
    from projections.runner.turn import Turn
    from statements.connection import Connection
    from statements.reader import Entry


def fold_batch(turn: Turn, journal: str, log: Connection, entries: Sequence[Entry]) -> None:
    """Write the events of the next entries, and fold them into whatever is made from these events.

    Learners of whom something was voided that had been folded before are folded anew, and those
    that have become stale in their turn.
    """
    folds = turn.folds(journal)
    written = turn.desk.journal(journal).write(log, turn.connection, entries)
    position = entries[-1].position
    turn.note(turn.ledger[EVENTS + journal]._replace(position=position))
    stale = _stale(turn, {each.learner for each in written.happenings})
    gone = stale | written.undone
    turn.update(folds, [each for each in written.happenings if each.learner not in gone], position)
    if written.undone:
        refold_learners(turn, journal, written.undone, folds=folds)
    for fold in folds:
        turn.note(fold._replace(position=position))


def _stale(turn: Turn, learners: set[int]) -> set[int]:
    """Those of the learners whose rows don't belong to what is told of them now.

    They will be folded again from all of it; until then nothing can be added to their rows.
    """
    rows = turn.connection.fetch(tables.stale, [(learner,) for learner in learners])
    return {learner for (learner,) in rows}


def refold_learners(
    turn: Turn, journal: str, learners: set[int], folds: Sequence[Checkpoint] | None = None
) -> None:
    """Fold some learners anew from what is known of them."""
    until = turn.ledger[EVENTS + journal].position
    for fold in turn.folds(journal) if folds is None else folds:
        known = {each for each in learners if fold.cursor is None or each <= fold.cursor}
        turn.refold([fold], turn.history(journal, until).of(known), until)

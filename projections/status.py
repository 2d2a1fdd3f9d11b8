"""How far the fold is, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from projections import tables
from projections.runner.ledger import EVENTS, NEXT, Checkpoint, read_ledger
from statements.clock import now

if TYPE_CHECKING:
    from statements.connection import Connection


class Status(NamedTuple):
    """How far the fold is.

    Attributes:
        checkpoints: of the events, of each projection, and of those being rebuilt (`__next`).
        stale: learners who are yet to be folded again, since the directory or catalogue changed.
        worker: who folds (host, process and a random part), or empty.
        undated: events whose date is not to be believed.
        unrecognised: verb, activity type and number of statements that no row of the vocabulary
            knows, the most frequent first.

    """

    checkpoints: list[Checkpoint]
    stale: int
    worker: str
    undated: int
    unrecognised: list[tuple[str, str, int]]

    @property
    def position(self) -> int:
        """Up to where everything that is served is folded."""
        served = [each.position for each in self.checkpoints if not each.is_next]
        return min(served, default=0)

    @property
    def stopped(self) -> list[Checkpoint]:
        """Those that met something that they can't fold."""
        return [each for each in self.checkpoints if each.stopped_at is not None]


_STALE = select(func.count()).select_from(tables.stale)
_WORKER = select(tables.lease.c.holder)
_LEASE = select(tables.lease.c.until)
_UNRECOGNISED_SUM = select(func.sum(tables.unrecognised.c.statements))
_UNDATED = select(func.count()).select_from(tables.event).where(tables.event.c.marks >= 2)  # noqa: PLR2004
_UNRECOGNISED = (
    select(tables.unrecognised.c.verb, tables.unrecognised.c.type, tables.unrecognised.c.statements)
    .order_by(tables.unrecognised.c.statements.desc())
    .limit(50)
)


def read_status(connection: Connection) -> Status:
    """How far the fold is now."""
    ledger = read_ledger(connection)
    worker = connection.row(_WORKER)
    return Status(
        sorted(ledger.values(), key=_order),
        connection.rows(_STALE)[0][0],
        worker[0] if worker else "",
        connection.rows(_UNDATED)[0][0],
        [(row[0], row[1], row[2]) for row in connection.rows(_UNRECOGNISED)],
    )


class Standing(NamedTuple):
    """How far the fold is, as far as a few look-ups tell: for whoever asks every second.

    Attributes:
        checkpoints: as in Status.
        stale: as in Status.
        is_held: whether some process has the lease, and so folds.
        unrecognised: statements that no row of the vocabulary knows.

    """

    checkpoints: list[Checkpoint]
    stale: int
    is_held: bool
    unrecognised: int


def read_standing(connection: Connection) -> Standing:
    """How far the fold is now."""
    lease = connection.row(_LEASE)
    return Standing(
        sorted(read_ledger(connection).values(), key=_order),
        connection.rows(_STALE)[0][0],
        lease is not None and lease[0] > now(),
        int(connection.rows(_UNRECOGNISED_SUM)[0][0] or 0),
    )


def _order(checkpoint: Checkpoint) -> tuple[bool, bool, str]:
    name = checkpoint.name.removesuffix(NEXT)
    return checkpoint.is_next, name != EVENTS, name

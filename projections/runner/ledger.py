"""The checkpoints: how far each projection is, and what holds it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from projections import tables
from statements.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from statements.connection import Connection

EVENTS = "events"
NEXT = "__next"
_EVERY = select(*tables.projection.columns)
CHANGE = "change"


class Checkpoint(NamedTuple):
    """A row of `projection`.

    Attributes:
        name: of the projection; `<name>__next` is what takes its place when it is complete.
        version: by which it was folded.
        position: of the log; all up to it is folded.
        cursor: learners up to this number are in it; None: all are.
        stopped_at: it can't be folded beyond `position`, and this is where the batch ended.
        error: why.
        updated: microseconds since 1970.

    """

    name: str
    version: str
    position: int = 0
    cursor: int | None = None
    stopped_at: int | None = None
    error: str = ""
    updated: int = 0

    @property
    def is_next(self) -> bool:
        """Whether it is being rebuilt beside the one that is served."""
        return self.name.endswith(NEXT)

    @property
    def suffix(self) -> str:
        """What its tables have behind their names."""
        return NEXT if self.is_next else ""


def read_ledger(connection: Connection) -> dict[str, Checkpoint]:
    """All checkpoints by name."""
    return {row[0]: Checkpoint(*row) for row in connection.rows(_EVERY)}


def write_ledger(connection: Connection, checkpoints: Iterable[Checkpoint]) -> None:
    """Write checkpoints, with the time."""
    moment = now()
    connection.replace(tables.projection, [each._replace(updated=moment) for each in checkpoints])


def next_change(connection: Connection) -> int:
    """A number for what is changed in this transaction, greater than all before it."""
    stored = connection.fetch(tables.counter, [(CHANGE,)])
    change = stored[0][1] + 1 if stored else 1
    connection.replace(tables.counter, [(CHANGE, change)])
    return change

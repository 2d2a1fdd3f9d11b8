"""How far the records are folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from projections.runner.ledger import CHANGE, read_ledger
from projections.tables import counter

if TYPE_CHECKING:
    from statements.connection import Connection

_COUNTERS = select(counter.c.name, counter.c.value).order_by(counter.c.name)


class State(NamedTuple):
    """Up to where everything that can be asked is folded.

    Attributes:
        position: of the log; all up to it counts.
        changed: the last number given to a change of a row.
        updated: when the position was written, microseconds since 1970.
        mark: a text that is another one once anything has changed.

    """

    position: int
    changed: int
    updated: int
    mark: str


def read_state(connection: Connection) -> State | None:
    """How far the records are folded; None before the first fold."""
    counters: dict[str, int] = dict(connection.rows(_COUNTERS))
    served = sorted(each for each in read_ledger(connection).values() if not each.is_next)
    if not served:
        return None
    return State(
        position=min(each.position for each in served),
        changed=counters.get(CHANGE, 0),
        updated=max(each.updated for each in served),
        mark=repr([sorted(counters.items()), *(each[:3] for each in served)]),
    )

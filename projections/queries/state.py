"""How far the records are folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from projections.tables import counter, projection

if TYPE_CHECKING:
    from statements.database import Connection

_REBUILT = "__next"  # ends the names of projections that are not asked yet

_ALL = select(
    projection.c.name,
    projection.c.version,
    projection.c.position,
    projection.c.updated,
).order_by(projection.c.name)
_COUNTERS = select(counter.c.name, counter.c.value).order_by(counter.c.name)
_CHANGE = "change"


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
    rows = [row for row in connection.rows(_ALL) if not row[0].endswith(_REBUILT)]
    if not rows:
        return None
    return State(
        position=min(row[2] for row in rows),
        changed=counters.get(_CHANGE, 0),
        updated=max(row[3] for row in rows),
        mark=repr([sorted(counters.items()), *(row[:3] for row in rows)]),
    )

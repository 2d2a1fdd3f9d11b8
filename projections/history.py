"""What happened to learners, read back from the table of events."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select

from projections.translation.event import NOTHING, Details
from projections.work import Happening

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Select, Table

    from projections.people import People
    from projections.places import Places
    from projections.work import Histories
    from statements.connection import Connection

OWN, UNDATED = 1, 2
"""Marks of an event: the learner's own doing; a date that is not to be believed."""

_decode = msgspec.msgpack.Decoder(Details).decode
encode = msgspec.msgpack.Encoder().encode


def details_of(encoded: bytes) -> Details:
    """Details as they are stored."""
    return _decode(encoded) if encoded else NOTHING


@lru_cache(maxsize=8)
def _neighbour(events: Table, *, later: bool) -> Select[tuple[int]]:
    """The time of an identity's own event that is next to an instant."""
    column = events.c
    beyond = column.at > bindparam("at") if later else column.at < bindparam("at")
    until: BindParameter[int] = bindparam("until")
    return (
        select(column.at)
        .where(column.identity == bindparam("identity"), beyond)
        .where(column.marks == OWN, column.position <= until)
        .where((column.voided == 0) | (column.voided > until))
        .order_by(column.at if later else column.at.desc())
        .limit(1)
    )


class History:
    """Events as the log stood at a position.

    Args:
        connection: to the records.
        events: the table.
        people: learners.
        places: where things happen.
        until: the position; what was voided later is not voided yet.

    """

    def __init__(
        self, connection: Connection, events: Table, people: People, places: Places, until: int
    ) -> None:
        self._connection = connection
        self._events = events
        self._people = people
        self._places = places
        self._until = until

    def of(self, learners: Iterable[int]) -> Histories:
        """All that happened to some learners, in order of time.

        An empty list for whom nothing is told, or figures are not about.
        """
        wanted = list(learners)
        known = self._people.learners(self._connection, wanted)
        found: Histories = {learner: [] for learner in wanted}
        whose = self._people.identities_of(
            self._connection, [learner for learner in wanted if known[learner].counts]
        )
        rows = self._connection.fetch(self._events, [(identity,) for identity in whose])
        spots = self._places.spots_of(self._connection, {row[5] for row in rows})
        for identity, at, position, kind, marks, place, voided, details in rows:
            if position <= self._until and not marks & UNDATED and not 0 < voided <= self._until:
                spot = spots[place]
                happening = Happening(
                    whose[identity], at, position, kind, bool(marks & OWN),
                    spot.unit, spot.course, details_of(details),
                )  # fmt: skip
                found[happening.learner].append(happening)
        for several in found.values():
            several.sort(key=lambda each: (each.at, each.position))
        return found

    def before(self, learner: int, at: int) -> int:
        """The time of the learner's last own event before an instant, of which there is one."""
        return max(self._neighbours(learner, at, _neighbour(self._events, later=False)))

    def after(self, learner: int, at: int) -> int:
        """The time of the learner's first own event after an instant, of which there is one."""
        return min(self._neighbours(learner, at, _neighbour(self._events, later=True)))

    def _neighbours(self, learner: int, at: int, query: Select[tuple[int]]) -> list[int]:
        identities = self._people.identities_of(self._connection, [learner])
        rows = (
            self._connection.row(query, identity=identity, at=at, until=self._until)
            for identity in identities
        )
        return [row[0] for row in rows if row is not None]

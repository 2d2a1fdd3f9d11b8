"""How the fold is doing, for health and metrics: looked at now and then, waited for briefly."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from lrs.errors import NoRecords
from projections.status import Standing, read_standing
from statements.append import head
from statements.clock import now
from statements.errors import StoreError
from statements.reader import read_log

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lrs.records.store import Records
    from lrs.store import Store
    from projections.runner.ledger import Checkpoint
    from statements.connection import Connection

FRESH_SECONDS = 1.0
"""Whoever asks again within that gets the same answer: anybody may ask for health."""
PATIENCE_SECONDS = 0.5
"""A look that takes longer goes on, and what was seen before is answered: scrapes don't hang."""
_SECOND = 1_000_000


class Fold(NamedTuple):
    """How the fold was doing at a moment.

    Attributes:
        standing: what the records say.
        end: the last position of the log.
        waiting: when the next statement was stored, by the position that it follows.
        at: the moment, in microseconds since 1970.

    """

    standing: Standing
    end: int
    waiting: dict[int, int]
    at: int

    @property
    def served(self) -> list[Checkpoint]:
        """Checkpoints of what is asked, those aside that are being rebuilt."""
        return [each for each in self.standing.checkpoints if not each.is_next]

    @property
    def rebuilding(self) -> set[str]:
        """Names of what is being folded anew."""
        return {each.name.removesuffix(each.suffix) for each in self._all if each.is_next}

    @property
    def last(self) -> Checkpoint:
        """The one that is furthest behind."""
        return min(self.served, key=lambda each: each.position)

    @property
    def stopped(self) -> list[Checkpoint]:
        """Those that met something that they can't fold."""
        return [each for each in self._all if each.stopped_at is not None]

    @property
    def halted(self) -> set[str]:
        """Names of those, be it what is served or what is being rebuilt."""
        return {each.name.removesuffix(each.suffix) for each in self.stopped}

    def behind(self, position: int) -> int:
        """How many statements follow a position."""
        return max(0, self.end - position)

    def behind_seconds(self, position: int) -> float:
        """For how long the oldest statement after a position has waited."""
        stored = self.waiting.get(position)
        return 0.0 if stored is None else max(0, self.at - stored) / _SECOND

    def unmoved_seconds(self, checkpoint: Checkpoint) -> float:
        """How long ago a checkpoint moved, if it should have."""
        late = self.behind(checkpoint.position) > 0
        return max(0, self.at - checkpoint.updated) / _SECOND if late else 0.0

    @property
    def _all(self) -> list[Checkpoint]:
        return self.standing.checkpoints


class Seen(NamedTuple):
    """What was seen last: nothing where there are no records; `problem` if they can't be read."""

    fold: Fold | None = None
    problem: str = ""


class FoldWatch:
    """Looks at the records and at the log."""

    def __init__(self, records: Records, store: Store) -> None:
        self._records = records
        self._store = store
        self._seen = Seen()
        self._look: asyncio.Task[None] | None = None
        self._fresh_until = 0.0

    async def seen(self) -> Seen:
        """How the fold is doing, a second old at most unless the database is slow."""
        if self._look is None or self._look.done():
            if monotonic() < self._fresh_until:
                return self._seen
            self._look = asyncio.create_task(self._see())
        await asyncio.wait([self._look], timeout=PATIENCE_SECONDS)
        return self._seen if self._look.done() else self._seen._replace(problem="slow")

    async def _see(self) -> None:
        try:
            self._seen = Seen(await self._fold())
        except NoRecords:
            self._seen = Seen()
        except StoreError as error:
            self._seen = Seen(problem=type(error).__name__)
        self._fresh_until = monotonic() + FRESH_SECONDS

    async def _fold(self) -> Fold | None:
        standing = await self._records.glance(read_standing)
        if all(each.is_next for each in standing.checkpoints):
            return None
        positions = {each.position for each in standing.checkpoints}
        end, waiting = await self._store.read(lambda c: _ahead(c, positions))
        return Fold(standing, end, waiting, now())


def _ahead(log: Connection, positions: Iterable[int]) -> tuple[int, dict[int, int]]:
    """The end of the log, and when the statement after each position was stored."""
    following = {position: read_log(log, position, 1) for position in positions}
    return head(log).position, {at: found[0].stored for at, found in following.items() if found}

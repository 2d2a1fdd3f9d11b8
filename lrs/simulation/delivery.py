"""How statements reach the store: batches, delays, outages, repeats, never quite in order."""

from __future__ import annotations

from enum import Enum
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from lrs.simulation.chance import Chance, hexadecimal, uuid_from
from lrs.simulation.paris import DAY, HOUR, MINUTE, SECOND, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

_REPEATED, _RESENT_LATE = 0.008, 0.985


class Via(Enum):
    """The way a statement takes."""

    CRON = "Moodle's background task, every minute"
    PLAYER = "a player, at once"
    OFFLINE = "a phone without network, hours or days later"
    NIGHTLY = "an import in the following night"


_ARRIVAL: dict[Via, Callable[[int, float], int]] = {
    Via.CRON: lambda at, luck: (at // MINUTE + 1) * MINUTE + int(luck * 8 * SECOND),
    Via.PLAYER: lambda at, luck: at + 200 + int(luck * 2 * SECOND),
    Via.OFFLINE: lambda at, luck: at + int((1 + luck * luck * 71) * HOUR),
    Via.NIGHTLY: lambda at, luck: (at // DAY + 1) * DAY + int(luck * HOUR),
}
"""When a statement arrives on each way, from when it happened and a draw from [0, 1)."""


class Full(Exception):
    """As many statements as were asked for have been made."""


class Outbox:
    """Statements on their way, in order of arrival; each is made, counted and sent once.

    `limit` is how many may be sent. In the outages no statement arrives.
    """

    def __init__(self, seed: int, days: list[date], limit: int | None, *, numbered: bool) -> None:
        self._chance = Chance(f"{seed}/delivery")
        self._seed, self._numbered = seed, numbered
        self._limit = limit
        self._waiting: list[tuple[int, int, bytes]] = []
        self._outages = list(self._draw_outages(days))
        self._run = (-1, "")
        self.sent = 0
        self.repeated = 0

    def _draw_outages(self, days: list[date]) -> Iterator[tuple[int, int]]:
        """About three a year, of some hours each."""
        for after in range(60, len(days), 120):
            start = instant(days[min(len(days) - 1, after + self._chance.whole(0, 40))], 9)
            yield start, start + int(self._chance.between(1, 6) * HOUR)

    @property
    def room(self) -> float:
        """How many statements may still be sent."""
        return float("inf") if self._limit is None else self._limit - self.sent

    def run(self, at: int) -> str:
        """The UUID of the cron run of that hour, which the Moodle plugin calls a registration."""
        hour = at // HOUR
        if self._run[0] != hour:
            self._run = hour, uuid_from(hexadecimal(self._seed, "run", hour))
        return self._run[1]

    def send(self, text: str, at: int, via: Via) -> None:
        """Send the statement of an act at that time. Raises Full if that is one too many."""
        if self.room < 1:
            raise Full
        luck = self._chance.share()
        arrival = self._arrival(at, via)
        if luck > _RESENT_LATE:
            arrival += int(self._chance.between(0.2, 8) * HOUR)
        self._post(text, arrival)
        if luck < _REPEATED and self.room >= 1:
            self._repeat(text, at, arrival, via)

    def _repeat(self, text: str, at: int, arrival: int, via: Via) -> None:
        """The answer was lost, the sender tries again: the same bytes, or nearly.

        A Moodle statement without id comes with the registration of the later run.
        """
        again = arrival + int(self._chance.between(1, 120) * MINUTE)
        if via is Via.CRON and not self._numbered:
            text = text.replace(self.run(at), self.run(again))
        self.repeated += 1
        self._post(text, again)

    def _post(self, text: str, arrival: int) -> None:
        self.sent += 1
        heappush(self._waiting, (arrival, self.sent, text.encode()))

    def _arrival(self, at: int, via: Via) -> int:
        luck = self._chance.share()
        arrival = _ARRIVAL[via](at, luck)
        for start, end in self._outages:
            if start <= arrival < end:
                return end + int(luck * 20 * MINUTE)
        return arrival

    def arrived(self, until: int) -> Iterator[bytes]:
        """What has arrived up to that instant, in order."""
        while self._waiting and self._waiting[0][0] <= until:
            yield heappop(self._waiting)[2]

    def rest(self) -> Iterator[bytes]:
        """All that is still on its way."""
        while self._waiting:
            yield heappop(self._waiting)[2]

"""Clients that poll for what is new, in the ways that docs/integrate.md gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.faults.wire import CONSISTENT_THROUGH, Line

if TYPE_CHECKING:
    import asyncio

    from tests.plugins.server import Credential

LONG_AGO = "2000-01-01T00:00:00.000000Z"
PAGE = 50  # small, so that pages end in the middle of batches


class Seen(NamedTuple):
    """A statement as it was answered."""

    id: str
    stored: str  # all have the same form: texts compare as times do


class Page(NamedTuple):
    """A page of an ascending query."""

    statements: list[Seen]
    more: str
    through: str


class Promise(NamedTuple):
    """All that is stored up to `through` was among the first `seen` statements."""

    through: str
    seen: int


class Follower:
    """A client that goes on from the time of the last statement that it has seen."""

    def __init__(self, credential: Credential, *ports: int) -> None:
        self.seen: list[Seen] = []
        self.promises: list[Promise] = []
        self._lines = [Line(port, credential) for port in ports]

    async def follow(self, stop: asyncio.Event) -> None:
        """Poll, one server after the other, until nothing is new after the stop."""
        is_last = False
        while not is_last:
            is_last = stop.is_set()
            await self.catch_up()
        for line in self._lines:
            await line.close()

    async def catch_up(self) -> None:
        """Poll until nothing is new."""
        while await self.poll():
            pass

    async def poll(self) -> bool:
        """Take one page; whether anything was new."""
        since = self.seen[-1].stored if self.seen else LONG_AGO
        page = await self.get(f"since={since}")
        self.take(page)
        return bool(page.statements)

    def take(self, page: Page) -> None:
        """Note what a page has, and what it promises if nothing comes after it."""
        self.seen += page.statements
        if not page.more:
            self.promises.append(Promise(page.through, len(self.seen)))

    async def get(self, filters: str) -> Page:
        """Ask for the first page of a query."""
        return await self.get_page(f"statements?ascending=true&limit={PAGE}&{filters}")

    async def get_page(self, target: str) -> Page:
        """Ask the server whose turn it is."""
        line = self._lines.pop(0)
        self._lines.append(line)
        answer = await line.send("GET", target)
        assert answer.status == 200, answer
        found = [Seen(each["id"], each["stored"]) for each in answer.json["statements"]]
        more = answer.json.get("more", "").removeprefix("/xapi/")
        return Page(found, more, answer.headers[CONSISTENT_THROUGH])

    def check(self) -> None:
        """Check that times increase, and that nothing came later than promised."""
        times = [each.stored for each in self.seen]
        assert times == sorted(set(times))
        for through, seen in self.promises:
            assert all(time > through for time in times[seen:])


class WindowFollower(Follower):
    """A client that takes window after window: after one Consistent-Through, until the next."""

    _since = LONG_AGO

    async def poll(self) -> bool:
        """Take all pages of the next window; whether anything was in it or is still to come."""
        until = (await self.get(f"since={self._since}")).through
        page = await self.get(f"since={self._since}&until={until}")
        found = bool(page.statements)
        self.seen += page.statements
        while page.more:
            page = await self.get_page(page.more)
            self.seen += page.statements
        self.promises.append(Promise(until, len(self.seen)))
        self._since = until
        return found or bool((await self.get(f"since={until}")).statements)

"""Group commit: who shares a transaction, and what each request is told."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from statements.errors import Conflict, Overloaded, Unavailable
from statements.file_lock import FileLock
from statements.sqlite import SQLite
from statements.writer import Failed, Flush, Limits, Writer
from tests.statements.store import Store, counts, new_request, new_statement, new_void, poisoned

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from statements.connection import Connection
    from statements.requests import AppendRequest

T = TypeVar("T")

TURNS = 200  # longer than the loop looks by itself


class Desk:
    """What a writer did with requests that were there before its event loop turned."""

    def __init__(self, store: Store, limits: Limits = Limits()) -> None:  # noqa: B008
        self.outcomes: dict[str, Any] = {}
        self.flushes: list[Flush] = []
        self._store = store
        self._limits = limits

    def append(self, **requests: AppendRequest) -> None:
        """Append requests, each with its name for the outcome, and close."""
        asyncio.run(self._append(requests))

    async def _append(self, requests: dict[str, AppendRequest]) -> None:
        async with self.opened() as writer:
            appending = map(writer.append, requests.values())
            outcomes = await asyncio.gather(*appending, return_exceptions=True)
        self.outcomes |= zip(requests, outcomes, strict=True)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Writer]:
        """Lend the writer, and close it."""
        appends = self._store.database.appends(asyncio.to_thread)
        writer = Writer(self._store.appender, appends, self._limits, self.flushes.append)
        try:
            yield writer
        finally:
            await writer.close()
            appends.close()

    def counts(self) -> dict[str, tuple[int, int]]:
        """Tell how many statements of each request were new, and how many known."""
        return {name: counts(outcome) for name, outcome in self.outcomes.items()}


def new_requests(count: int, statements: int = 1) -> dict[str, AppendRequest]:
    """Make requests `r0`, `r1`, ..."""
    return {
        f"r{i}": new_request(*[new_statement() for _ in range(statements)]) for i in range(count)
    }


def test_requests_that_wait_together_share_a_flush(store: Store) -> None:
    desk = Desk(store)
    desk.append(**new_requests(5, statements=2))
    assert desk.counts() == {f"r{i}": (2, 0) for i in range(5)}
    assert [(flush.requests, flush.statements) for flush in desk.flushes] == [(5, 10)]


def test_what_comes_during_a_flush_shares_the_next(store: Store) -> None:
    desk = Desk(store)
    first, *rest = new_requests(6).values()

    async def work() -> None:
        async with desk.opened() as writer:
            await writer.append(first)
            await asyncio.gather(*map(writer.append, rest))

    asyncio.run(work())
    assert [flush.requests for flush in desk.flushes] == [1, 5]
    assert len(store.log()) == 6


def test_close_appends_what_is_waiting_and_then_takes_no_more(store: Store) -> None:
    desk = Desk(store)

    async def work() -> None:
        async with desk.opened() as writer:
            waiting = asyncio.gather(*map(writer.append, new_requests(20).values()))
            await asyncio.sleep(0)  # they are in the queue
            await writer.close()
            assert len(await waiting) == len(store.log()) == 20
            with pytest.raises(Overloaded):
                await writer.append(new_request(new_statement()))

    asyncio.run(work())


def test_what_nobody_waits_for_any_more_is_appended_and_harms_nobody(store: Store) -> None:
    desk = Desk(store)
    gone, stays = new_requests(2).values()

    async def work() -> None:
        async with desk.opened() as writer:
            left = asyncio.ensure_future(writer.append(gone))
            await asyncio.sleep(0)
            left.cancel()
            assert counts(await writer.append(stays)) == (1, 0)  # type: ignore[arg-type]  # as it is

    asyncio.run(work())
    assert len(store.log()) == 2


def test_a_large_queue_is_appended_in_several_flushes_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.writer.FLUSH", Limits(statements=7))
    desk = Desk(store)
    requests = new_requests(5, statements=3)
    desk.append(**requests)
    assert [flush.requests for flush in desk.flushes] == [2, 2, 1]
    sent = [each.id_text for request in requests.values() for each in request.statements]
    assert store.ids() == sent


@pytest.mark.parametrize("limits", [Limits(statements=3), Limits(size_bytes=1000)])
def test_a_full_queue_turns_requests_away_and_forgets_them(store: Store, limits: Limits) -> None:
    desk = Desk(store, limits)
    requests = new_requests(3)

    async def work() -> None:
        async with desk.opened() as writer:
            waiting = asyncio.gather(*map(writer.append, requests.values()))
            await asyncio.sleep(0)
            with pytest.raises(Overloaded):
                await writer.append(new_request(new_statement()))
            assert writer.waiting_statements == 3
            await waiting
            assert writer.waiting_statements == writer.waiting_bytes == 0

    asyncio.run(work())
    assert len(store.log()) == 3


def test_a_request_larger_than_the_queue_is_taken_when_the_queue_is_empty(store: Store) -> None:
    desk = Desk(store, Limits(statements=2))
    desk.append(**new_requests(1, statements=5), refused=new_request(new_statement()))
    assert isinstance(desk.outcomes.pop("refused"), Overloaded)
    assert desk.counts() == {"r0": (5, 0)}


@pytest.fixture
def in_threads(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the threads in which something is appended."""
    threads: list[str] = []
    append = store.database.append

    def noted(work: Callable[[Connection, int], T]) -> T:
        threads.append(threading.current_thread().name)
        return append(work)

    monkeypatch.setattr(store.database, "append", noted)
    return threads


@pytest.mark.parametrize("limit", [Limits(statements=4), Limits(size_bytes=1000)])
def test_a_request_larger_than_a_flush_keeps_no_loop_waiting(
    store: Store, limit: Limits, in_threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.writer.FLUSH", limit)
    desk = Desk(store)
    desk.append(**new_requests(2, statements=5), small=new_request(new_statement()))
    assert desk.counts() == {"r0": (5, 0), "r1": (5, 0), "small": (1, 0)}
    assert len(in_threads) == 2
    assert threading.main_thread().name not in in_threads


def test_what_leads_to_other_statements_keeps_no_loop_waiting(
    store: Store, in_threads: list[str]
) -> None:
    """A chain of references may take a second to go through (statements/references.py)."""
    target = new_statement()
    store.append(target)
    in_threads.clear()
    desk = Desk(store)
    desk.append(void=new_request(new_void(target["id"])))
    assert desk.counts() == {"void": (1, 0)}
    assert store.found() == [store.ids()[1]]  # the other one is voided
    assert len(in_threads) == 1
    assert threading.main_thread().name not in in_threads


def test_while_others_append_the_loop_goes_on(store: Store) -> None:
    if not isinstance(store.database, SQLite):
        pytest.skip("PostgreSQL is waited for as for any answer")
    desk = Desk(store)
    turned = 0

    async def work() -> None:
        nonlocal turned
        async with desk.opened() as writer:
            appending = asyncio.ensure_future(writer.append(new_request(new_statement())))
            while not appending.done():
                await asyncio.sleep(0.001)
                turned += 1
                if turned == TURNS:
                    held.close()
            assert counts(await appending) == (1, 0)  # type: ignore[arg-type]  # as it is

    with ExitStack() as held:
        held.enter_context(FileLock(Path(store.database.path + "-lock")).exclusive())
        asyncio.run(work())
    assert turned >= TURNS


def test_a_conflict_is_told_to_its_own_request(store: Store) -> None:
    taken = new_statement()
    store.append(taken)
    desk = Desk(store)
    clash = new_request(taken | {"verb": {"id": "http://example.org/other"}})
    desk.append(first=new_request(new_statement()), clash=clash, same=new_request(taken))
    assert isinstance(desk.outcomes.pop("clash"), Conflict)
    assert desk.counts() == {"first": (1, 0), "same": (0, 1)}


def test_a_bug_fails_its_own_request_and_is_logged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(store)
    first, bad, last = new_requests(3).values()
    desk.append(first=first, bad=poisoned(bad), last=last)
    failure = desk.outcomes.pop("bad")
    assert isinstance(failure, Failed)
    assert isinstance(failure.error, IndexError)
    assert desk.counts() == {"first": (1, 0), "last": (1, 0)}
    assert len(store.log()) == 2
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [IndexError]


def test_every_request_of_a_flush_is_told_that_the_database_is_unavailable_and_the_next_works(
    store: Store,
) -> None:
    if not isinstance(store.database, SQLite):
        pytest.skip("test_postgresql stops a server")
    limit_pages(store, 1)
    desk = Desk(store)
    requests = new_requests(3, statements=60)
    desk.append(**requests)
    assert {type(outcome) for outcome in desk.outcomes.values()} == {Unavailable}
    assert len(desk.flushes) == 1
    limit_pages(store, 1_000_000)
    assert store.log() == []
    assert counts(store.appender.append([requests["r0"]])[0]) == (60, 0)


def limit_pages(store: Store, pages: int) -> None:
    """Let the file grow to so many pages: a full disk."""
    store.database.write(lambda connection: connection.script(f"PRAGMA max_page_count = {pages};"))

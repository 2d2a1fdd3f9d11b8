"""Group commit: who shares a transaction, and what each request is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pytest

from statements.errors import Conflict, Overloaded, Unavailable
from statements.sqlite import SQLite
from statements.writer import Delivery, Failed, Flush, Limits, Writer
from tests.statements.store import Store, counts, new_request, new_statement, poisoned

if TYPE_CHECKING:
    from statements.requests import AppendRequest


class Desk:
    """A writer with all that it delivered; started when the block is entered, closed with it."""

    def __init__(self, store: Store, limits: Limits = Limits()) -> None:  # noqa: B008
        self.outcomes: dict[Any, Any] = {}
        self.flushes: list[Flush] = []
        self.writer = Writer(store.appender, self._deliver, limits, self.flushes.append)

    def _deliver(self, deliveries: list[Delivery]) -> None:
        self.outcomes |= dict(deliveries)

    def submit(self, **requests: AppendRequest) -> None:
        """Submit requests, each with its name for ticket."""
        for ticket, request in requests.items():
            self.writer.submit(request, ticket)

    def counts(self) -> dict[Any, tuple[int, int]]:
        """Tell how many statements of each request were new, and how many known."""
        return {ticket: counts(outcome) for ticket, outcome in self.outcomes.items()}

    def __enter__(self) -> Self:
        self.writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()


def new_requests(count: int, statements: int = 1) -> dict[str, AppendRequest]:
    """Make requests `r0`, `r1`, ..."""
    return {
        f"r{i}": new_request(*[new_statement() for _ in range(statements)]) for i in range(count)
    }


def test_requests_that_wait_together_share_a_flush(store: Store) -> None:
    desk = Desk(store)
    desk.submit(**new_requests(5, statements=2))
    with desk:
        pass
    assert desk.counts() == {f"r{i}": (2, 0) for i in range(5)}
    assert [(flush.requests, flush.statements) for flush in desk.flushes] == [(5, 10)]


def test_close_appends_what_is_waiting_and_then_takes_no_more(store: Store) -> None:
    with Desk(store) as desk:
        desk.submit(**new_requests(20))
    assert len(desk.outcomes) == len(store.log()) == 20
    assert not desk.writer.is_alive
    with pytest.raises(Overloaded):
        desk.submit(late=new_request(new_statement()))


def test_a_large_queue_is_appended_in_several_flushes_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.writer.FLUSH_STATEMENTS", 4)
    desk = Desk(store)
    requests = new_requests(5, statements=3)
    desk.submit(**requests)
    with desk:
        pass
    assert [flush.requests for flush in desk.flushes] == [2, 2, 1]
    sent = [each.id_text for request in requests.values() for each in request.statements]
    assert store.ids() == sent


@pytest.mark.parametrize("limits", [Limits(statements=3), Limits(size_bytes=1000)])
def test_a_full_queue_turns_requests_away_and_forgets_them(store: Store, limits: Limits) -> None:
    desk = Desk(store, limits)
    desk.submit(**new_requests(3))
    with pytest.raises(Overloaded):
        desk.submit(refused=new_request(new_statement()))
    assert desk.writer.waiting_statements == 3
    with desk:
        pass
    assert len(store.log()) == 3
    assert desk.writer.waiting_statements == desk.writer.waiting_bytes == 0


def test_a_request_larger_than_the_queue_is_taken_when_the_queue_is_empty(store: Store) -> None:
    desk = Desk(store, Limits(statements=2))
    desk.submit(**new_requests(1, statements=5))
    with pytest.raises(Overloaded):
        desk.submit(refused=new_request(new_statement()))
    with desk:
        pass
    assert desk.counts() == {"r0": (5, 0)}


def test_a_conflict_is_told_to_its_own_request(store: Store) -> None:
    taken = new_statement()
    store.append(taken)
    desk = Desk(store)
    clash = new_request(taken | {"verb": {"id": "http://example.org/other"}})
    desk.submit(first=new_request(new_statement()), clash=clash, same=new_request(taken))
    with desk:
        pass
    assert isinstance(desk.outcomes.pop("clash"), Conflict)
    assert desk.counts() == {"first": (1, 0), "same": (0, 1)}


def test_a_bug_fails_its_own_request_and_is_logged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(store)
    first, bad, last = new_requests(3).values()
    desk.submit(first=first, bad=poisoned(bad), last=last)
    with desk:
        pass
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
    requests = new_requests(3, statements=400)
    desk.submit(**requests)
    with desk:
        pass
    assert {type(outcome) for outcome in desk.outcomes.values()} == {Unavailable}
    assert len(desk.flushes) == 1
    limit_pages(store, 1_000_000)
    assert store.log() == []
    assert counts(store.appender.append([requests["r0"]])[0]) == (400, 0)


def limit_pages(store: Store, pages: int) -> None:
    """Let the file grow to so many pages: a full disk."""
    store.database.write(lambda connection: connection.script(f"PRAGMA max_page_count = {pages};"))

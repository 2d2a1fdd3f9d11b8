"""Many at once: one order for everybody, and a Consistent-Through that is true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import make_iri, make_statement

if TYPE_CHECKING:
    import httpx

    from tests.plugins.server import Credential, LrsServer

WRITERS = 6
BATCHES = 15
BATCH = 3


def read_through(response: httpx.Response) -> datetime:
    return datetime.fromisoformat(response.headers["X-Experience-API-Consistent-Through"])


class Crowd:
    """Writers that store statements with one verb, all at the same time."""

    def __init__(self, lrs: LrsServer, credential: Credential) -> None:
        self.lrs = lrs
        self.credential = credential
        self.verb = {"id": make_iri("verbs")}
        self.is_done = Event()

    def connect(self) -> Client:
        """Open a client of its own for a thread."""
        return Client(self.lrs.endpoint, self.credential, "2.0.0")

    def write(self, _: int) -> list[str]:
        """Store batch after batch; return the ids in order."""
        with self.connect() as client:
            batches = (
                client.store(*[make_statement(verb=self.verb) for _ in range(BATCH)])
                for _ in range(BATCHES)
            )
            return [each for ids in batches for each in ids]

    def write_all(self) -> list[list[str]]:
        """Let every writer write; return what each has written."""
        with ThreadPoolExecutor(WRITERS) as pool:
            written = list(pool.map(self.write, range(WRITERS)))
        self.is_done.set()
        return written

    def watch(self) -> list[tuple[datetime, set[str]]]:
        """Ask again and again how far the answer is consistent and what is in it."""
        seen = []
        with self.connect() as client:
            while not self.is_done.is_set():
                page = client.get("statements", verb=self.verb["id"], limit=500)
                ids = {each["id"] for each in page.json()["statements"]}
                seen.append((read_through(page), ids))
        return seen

    def poll(self) -> list[str]:
        """Ask for what is new since the newest statement seen, as a consumer does."""
        found: list[str] = []
        with self.connect() as client:
            since = "2000-01-01T00:00:00Z"
            is_last = False
            while not is_last:
                is_last = self.is_done.is_set()
                new = client.find(verb=self.verb["id"], since=since, ascending=True)
                found += [each["id"] for each in new]
                since = new[-1]["stored"] if new else since
        return found


@pytest.fixture
def crowd(lrs: LrsServer, credential: Credential) -> Crowd:
    """Gather writers who have not begun."""
    return Crowd(lrs, credential)


@pytest.mark.requirement("XAPI-00153")
def test_what_is_said_to_be_consistent_was_there(crowd: Crowd, client_2_0_0: Client) -> None:
    with ThreadPoolExecutor(2) as pool:
        watching = pool.submit(crowd.watch)
        crowd.write_all()
    statements = client_2_0_0.find(verb=crowd.verb["id"])
    stored = {each["id"]: datetime.fromisoformat(each["stored"]) for each in statements}
    assert len(stored) == WRITERS * BATCHES * BATCH
    for through, ids in watching.result():
        assert {each for each, time in stored.items() if time <= through} <= ids


def test_who_polls_since_the_last_statement_misses_none_and_sees_none_twice(crowd: Crowd) -> None:
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(crowd.poll)
        written = crowd.write_all()
    found = polling.result()
    assert len(found) == len(set(found))
    assert set(found) == {each for ids in written for each in ids}


def test_everybody_finds_the_statements_in_one_order(crowd: Crowd, client_2_0_0: Client) -> None:
    written = crowd.write_all()
    found = client_2_0_0.find(verb=crowd.verb["id"], ascending=True)
    order = {each["id"]: place for place, each in enumerate(found)}
    for ids in written:
        assert [order[each] for each in ids] == sorted(order[each] for each in ids)
    stored = [each["stored"] for each in found]
    assert stored == sorted(stored)


def test_a_writer_reads_what_it_wrote(client: Client) -> None:
    for _ in range(20):
        statement = make_statement()
        client.store(statement)
        assert client.find_ids(verb=statement["verb"]["id"]) == [statement["id"]]
        assert client.find_ids(agent=statement["actor"]) == [statement["id"]]


def test_consistent_through_covers_what_was_answered(client: Client) -> None:
    """A client that has read its own statement may go on from the time of the answer."""
    statement = make_statement()
    client.store(statement)
    response = client.get("statements", statementId=statement["id"])
    assert datetime.fromisoformat(response.json()["stored"]) <= read_through(response)


def test_one_statement_sent_by_many_is_stored_once(crowd: Crowd, client_2_0_0: Client) -> None:
    statement = make_statement(verb=crowd.verb)

    def send(_: int) -> list[str]:
        with crowd.connect() as client:
            return client.store(statement)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == [[statement["id"]]] * 8
    assert client_2_0_0.find_ids(verb=crowd.verb["id"]) == [statement["id"]]


def test_of_different_statements_with_one_id_one_wins(crowd: Crowd, client_2_0_0: Client) -> None:
    statement = make_statement()

    def send(number: int) -> int:
        own = statement | {"verb": {"id": f"{crowd.verb['id']}/{number}"}}
        with crowd.connect() as client:
            return client.send("POST", "statements", own).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(8)))
    assert sorted(statuses) == [200] + [409] * 7
    winner = client_2_0_0.fetch(statement["id"])["verb"]["id"]
    assert winner == f"{crowd.verb['id']}/{statuses.index(200)}"

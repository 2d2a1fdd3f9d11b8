"""The way to PostgreSQL breaks in mid-transaction: done once or not at all, and never in doubt."""

from __future__ import annotations

import os
import random
import socket
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from statements.postgresql_connection import PostgreSQLConnection
from tests.conformance.client import Client
from tests.conformance.samples import make_statement
from tests.faults.proxy import Proxy, lose_answer, lose_request
from tests.hostile.neighbour import Neighbour, bugs_in_log, fault_of_refusal
from tests.http.live import wait_until
from tests.plugins.postgresql import lend_database
from tests.plugins.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.proxy import Plan
    from tests.plugins.server import LrsServer

CUTS = 25
REQUEST_SECONDS = 2
FAULTS = {"request-lost": lose_request, "answer-lost": lose_answer}


@pytest.fixture(scope="module")
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    """Lend the way to a database of the tests' own."""
    with lend_database(postgresql_url) as url, Proxy(url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def lrs(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsServer]:
    """Run a server that goes this way."""
    settings = {"LRS_REQUEST_TIMEOUT_SECONDS": str(REQUEST_SECONDS)}
    with serve(tmp_path_factory.mktemp("cut"), proxy.url, settings=settings) as server:
        yield server


@pytest.fixture
def client(lrs: LrsServer) -> Iterator[Client]:
    """Lend a client for whom everything works."""
    with Client(lrs.endpoint, lrs.lend_credential(), "2.0.0") as client:
        client.store(make_statement())
        yield client
        client.store(make_statement())
    assert bugs_in_log(lrs) == []


@pytest.mark.parametrize("given", [True, False], ids=["ids-given", "ids-made"])
@pytest.mark.parametrize("fault", FAULTS)
def test_statements_are_there_once_when_the_connection_breaks_at_their_commit(
    proxy: Proxy, client: Client, fault: str, *, given: bool
) -> None:
    statements = [make_statement(), make_statement()]
    verb = statements[1]["verb"] = statements[0]["verb"]
    if not given:
        for statement in statements:
            del statement["id"]
    proxy.plans.append(FAULTS[fault])
    ids = client.store(*statements)
    assert not proxy.plans
    assert sorted(client.find_ids(verb=verb["id"])) == sorted(ids)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_request_in_doubt_is_refused_for_now_and_stored_once_when_it_is_sent_again(
    proxy: Proxy, client: Client, fault: str
) -> None:
    statement = make_statement()
    proxy.plans += [FAULTS[fault]] * 2
    assert fault_of_refusal(client.send("POST", "statements", statement)) == ""
    assert not proxy.plans
    found = client.get("statements", statementId=statement["id"]).status_code
    assert found == (200 if fault == "answer-lost" else 404)
    assert client.store(statement) == [statement["id"]]
    assert client.find_ids(verb=statement["verb"]["id"]) == [statement["id"]]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_document_in_doubt_is_refused_for_now_and_not_written_again(
    proxy: Proxy, client: Client, fault: str
) -> None:
    place = {
        "activityId": f"http://example.org/{uuid4()}",
        "agent": {"mbox": "mailto:a@example.org"},
        "stateId": "s",
    }
    proxy.plans.append(FAULTS[fault])
    response = client.send("PUT", "activities/state", {"a": 1}, **place)
    assert fault_of_refusal(response) == ""
    found = client.get("activities/state", **place).status_code
    assert found == (200 if fault == "answer-lost" else 404)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such limit")
def test_a_server_that_vanished_with_something_on_the_way_is_not_waited_for_long(
    proxy: Proxy,
) -> None:
    """Only that the system is asked to: what it does then takes a network that can be cut."""
    connection = PostgreSQLConnection(proxy.url.replace("+psycopg", ""))
    with closing(connection.raw) as raw, socket.socket(fileno=os.dup(raw.fileno())) as end:
        assert 0 < end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 20_000


def test_no_random_cut_loses_or_doubles_anything(proxy: Proxy, lrs: LrsServer) -> None:
    chance = random.Random(1)  # noqa: S311  # not for secrets
    with Neighbour(lrs, clients=3) as neighbour:
        for _ in range(CUTS):
            enough = len(neighbour.tried) + chance.randint(1, 3)
            wait_until(lambda: len(neighbour.tried) >= enough, "there is load")  # noqa: B023
            plan: Plan | None = chance.choice([None, lose_request, lose_answer])
            if plan is None:
                proxy.cut()
            else:
                proxy.plans.append(plan)
                proxy.wait_for_plans()
    neighbour.check()


def test_requests_are_refused_while_nothing_comes_through_and_work_when_it_does(
    proxy: Proxy, client: Client
) -> None:
    statement = make_statement()
    proxy.flowing.clear()
    try:
        for response in (
            client.send("POST", "statements", statement),
            client.get("statements"),
        ):
            assert fault_of_refusal(response) == ""
            assert response.elapsed.total_seconds() < 3 * REQUEST_SECONDS
    finally:
        proxy.flowing.set()
    client.store(statement)
    assert client.find_ids(verb=statement["verb"]["id"]) == [statement["id"]]


def test_requests_are_refused_at_once_while_connections_are(proxy: Proxy, client: Client) -> None:
    proxy.refusing = True
    proxy.cut()
    try:
        for response in (
            client.send("POST", "statements", make_statement()),
            client.get("statements"),
        ):
            assert fault_of_refusal(response) == ""
            assert response.elapsed.total_seconds() < REQUEST_SECONDS
    finally:
        proxy.refusing = False

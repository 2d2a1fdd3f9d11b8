"""PostgreSQL goes away under load and comes back: servers say so meanwhile, and go on after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.conformance.client import PLAIN, Client
from tests.hostile.neighbour import Neighbour, bugs_in_log, fault_of_refusal
from tests.http.live import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugins.postgresql import PostgreSQLServer
    from tests.plugins.server import LrsServer

CLIENTS = 4
BATCHES = 15  # that are acknowledged before and after


STOPS: list[Callable[[PostgreSQLServer], None]] = [
    lambda postgresql: postgresql.stop("fast"),
    lambda postgresql: postgresql.stop("immediate"),
    lambda postgresql: postgresql.kill(),
]


def test_nothing_acknowledged_is_lost_when_postgresql_is_restarted_under_load(
    lrs: LrsServer, postgresql: PostgreSQLServer
) -> None:
    with Neighbour(lrs, clients=CLIENTS) as neighbour:
        wait_for_batches(neighbour)
        for stop in STOPS:
            stop(postgresql)
            try:
                wait_for_refusals(neighbour)
                check_answers_while_away(lrs)
            finally:
                postgresql.start()
            wait_for_batches(neighbour)
    neighbour.check()
    assert bugs_in_log(lrs) == []


def wait_for_refusals(neighbour: Neighbour) -> None:
    """Wait until every client has been refused."""
    enough = neighbour.refused + CLIENTS
    wait_until(lambda: neighbour.refused >= enough, "writes are refused")


def wait_for_batches(neighbour: Neighbour) -> None:
    """Wait until some more batches are acknowledged."""
    enough = len(neighbour.acknowledged) + BATCHES
    wait_until(lambda: len(neighbour.acknowledged) >= enough, "batches are acknowledged")


def check_answers_while_away(lrs: LrsServer) -> None:
    """Reads and documents are refused for now; health tells who is to blame."""
    agent = {"mbox": "mailto:a@example.org"}
    place = {"activityId": "http://example.org/a", "agent": agent, "stateId": "s"}
    with Client(lrs.endpoint, lrs.lend_credential(), "2.0.0") as client:
        for response in (
            client.get("statements"),
            client.get("agents", agent=agent),
            client.send("PUT", "activities/state", {}, **place),
        ):
            assert fault_of_refusal(response) == ""
    with httpx.Client(base_url=lrs.url, trust_env=False, verify=PLAIN) as http:
        assert http.get("/health/live").status_code == 200
        ready = http.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "Unavailable")

"""A database that takes no writes, as after a failover: reads go on, and tell the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.formats import parse_timestamp
from schemas.versions import Version
from statements.clock import microseconds_of
from tests.conformance.samples import make_statement
from tests.hostile.neighbour import Neighbour, bugs_in_log, fault_of_refusal
from tests.http.live import wait_until
from tests.plugins.postgresql import PostgreSQLServer, connect

if TYPE_CHECKING:
    from tests.conformance.client import Client
    from tests.plugins.server import LrsServer

HORIZON = "X-Experience-API-Consistent-Through"


def check_reads_go_on_and_writes_are_refused(client: Client, stored: str) -> None:
    """Whatever reads is answered, whatever writes is refused for now."""
    assert client.fetch(stored)["id"] == stored
    assert client.get("statements").status_code == 200
    statement = make_statement()
    agent = {"mbox": "mailto:a@example.org"}
    place = {"activityId": "http://example.org/a", "agent": agent, "stateId": "s"}
    for response in (
        client.send("POST", "statements", statement),
        client.send("PUT", "statements", statement, statementId=statement["id"]),
        client.send("PUT", "activities/state", {}, **place),
    ):
        assert fault_of_refusal(response) == ""
    assert client.get("statements", statementId=statement["id"]).status_code == 404


def set_read_only(postgresql: PostgreSQLServer, setting: str) -> None:
    """Let every session, running ones too, refuse writes or not."""
    connection = connect(postgresql.url())
    connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {setting}".encode())
    connection.execute("SELECT pg_reload_conf()")
    connection.close()


def test_reads_go_on_while_the_database_takes_no_writes(
    lrs: LrsServer, postgresql: PostgreSQLServer, client: Client
) -> None:
    (stored,) = client.store(make_statement())
    with Neighbour(lrs) as neighbour:
        wait_until(lambda: neighbour.acknowledged, "there is load")
        set_read_only(postgresql, "on")
        try:
            wait_until(lambda: neighbour.refused, "writes are refused")
            check_reads_go_on_and_writes_are_refused(client, stored)
        finally:
            set_read_only(postgresql, "off")
        acknowledged = len(neighbour.acknowledged)
        wait_until(lambda: len(neighbour.acknowledged) > acknowledged, "writes are taken again")
    neighbour.check()
    assert bugs_in_log(lrs) == []


def test_a_standby_is_read_from_and_promises_nothing_that_it_cannot_know(
    lrs: LrsServer, postgresql: PostgreSQLServer, client: Client
) -> None:
    (stored,) = client.store(make_statement())
    time = client.fetch(stored)["stored"]
    postgresql.stop()
    standby = postgresql.directory / "data" / "standby.signal"
    standby.touch()
    postgresql.start()
    try:
        wait_until(lambda: client.get("statements").is_success, "the standby answers")
        check_reads_go_on_and_writes_are_refused(client, stored)
        through = client.get("statements").headers[HORIZON]
    finally:
        connect(postgresql.url()).execute("SELECT pg_promote()").connection.close()
    last = make_statement()
    wait_until(lambda: client.send("POST", "statements", last).is_success, "it is promoted")
    assert microseconds(through) == microseconds(time), "what follows may be on its way"
    assert bugs_in_log(lrs) == []


def microseconds(text: str) -> int:
    """A time of the store."""
    return microseconds_of(parse_timestamp(text, Version.V2))

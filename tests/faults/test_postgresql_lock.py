"""A server that stops in the middle of an append holds up the others for seconds, not for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from statements.postgresql import WRITE_IDLE_SECONDS
from statements.postgresql_connection import LOCK_TIMEOUT_SECONDS
from tests.conformance.client import Client
from tests.conformance.samples import make_statement
from tests.faults.proxy import Hold, Proxy
from tests.hostile.neighbour import bugs_in_log, check_store
from tests.plugins.postgresql import lend_database
from tests.plugins.server import COMMAND, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.plugins.server import LrsServer

    Stopped = AbstractContextManager[None]

MARGIN_SECONDS = 4  # of a busy machine
HELD_SECONDS = 10  # to get to the commit
EXPORTED = 2_000  # statements: many times what a pipe takes


@pytest.fixture(scope="module")
def direct(postgresql_url: str) -> Iterator[str]:
    """Lend a database."""
    with lend_database(postgresql_url) as url:
        yield url


@pytest.fixture(scope="module")
def proxy(direct: str) -> Iterator[Proxy]:
    """Lend a way to it that one of the servers takes."""
    with Proxy(direct) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def holder(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LrsServer]:
    """Run the server that will stop."""
    with serve(tmp_path_factory.mktemp("holder"), proxy.url) as server:
        yield server


@pytest.fixture(scope="module")
def other(
    direct: str, holder: LrsServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LrsServer]:
    """Run another server on the same database."""
    del holder  # it has made the tables
    with serve(tmp_path_factory.mktemp("other"), direct) as server:
        yield server


@contextmanager
def frozen(server: LrsServer) -> Iterator[None]:
    """Stop every thread of a server, as a hypervisor would."""
    lines = [json.loads(line) for line in server.read_log().splitlines()]
    (pid,) = (line["process"] for line in lines if line.get("message") == "ready")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def stalled(_: LrsServer) -> Iterator[None]:
    """Leave the server alone: its message to the database is on the way all the same."""
    yield


@contextmanager
def slow_export(direct: str) -> Iterator[subprocess.Popen[bytes]]:
    """Begin an export whose reader takes a line and then its time."""
    environment = os.environ | {"LRS_DATABASE_URL": direct}
    command = [str(COMMAND), "export"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as export:  # noqa: S603  # ours
        assert export.stdout is not None
        assert export.stdout.readline()
        yield export


def stop_in_append(
    holder: LrsServer, other: LrsServer, proxy: Proxy, stop: Callable[[LrsServer], Stopped]
) -> float:
    """Stop the holder as it commits; the seconds that an append of the other then takes."""
    mine, theirs = make_statement(), make_statement()
    credential, hold = other.lend_credential(), Hold()
    with (
        ThreadPoolExecutor(1) as threads,
        Client(holder.endpoint, credential, "2.0.0") as to_holder,
        Client(other.endpoint, credential, "2.0.0") as to_other,
    ):
        proxy.plans.append(hold)
        waiting = threads.submit(to_holder.store, mine)
        try:
            assert hold.held.wait(HELD_SECONDS)
            with stop(holder):
                began = time.monotonic()
                to_other.store(theirs)
                seconds = time.monotonic() - began
        finally:
            hold.release.set()
        assert waiting.result() == [mine["id"]]
        for statement in (mine, theirs):
            assert to_other.find_ids(verb=statement["verb"]["id"]) == [statement["id"]]
    assert bugs_in_log(holder) + bugs_in_log(other) == []
    return seconds


def test_others_go_on_soon_when_the_holder_of_the_append_lock_cannot_get_through(
    holder: LrsServer, other: LrsServer, proxy: Proxy
) -> None:
    check_seconds(stop_in_append(holder, other, proxy, stalled))


def test_others_go_on_soon_when_the_holder_of_the_append_lock_is_frozen(
    holder: LrsServer, other: LrsServer, proxy: Proxy, direct: str
) -> None:
    """And an export goes on that is idle for as long as that."""
    with Client(other.endpoint, other.lend_credential(), "2.0.0") as client:
        client.store(*(make_statement() for _ in range(EXPORTED)))
    with slow_export(direct) as export:
        seconds = stop_in_append(holder, other, proxy, frozen)
        assert export.stdout is not None
        rest = export.stdout.read().splitlines()
    check_seconds(seconds)
    assert export.returncode == 0, "an export is not held to the limit"
    assert len(rest) >= EXPORTED - 1
    check_store(other)


def check_seconds(seconds: float) -> None:
    """Others have waited for as long as the limit, and not much longer."""
    assert WRITE_IDLE_SECONDS / 2 < seconds < WRITE_IDLE_SECONDS + MARGIN_SECONDS


def test_who_waits_for_the_lock_is_more_patient_than_the_limit() -> None:
    assert WRITE_IDLE_SECONDS * 2 < LOCK_TIMEOUT_SECONDS

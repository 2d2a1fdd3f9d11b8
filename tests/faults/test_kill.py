"""A server that is killed under load, again and again on the same store."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest

from tests.faults.load import Load
from tests.faults.servers import Servers, list_workers, serve, wait_for_workers

if TYPE_CHECKING:
    from tests.faults.store import Store
    from tests.plugins.server import LrsServer

KILLS = int(os.environ.get("LRS_TEST_KILLS", "3"))  # of each deployment; `make soak` sets many
BATCHES_BETWEEN_KILLS = 6  # of each writer
FLUSH_SECONDS = 0.03  # a kill may come at any moment of a flush, not just after an answer
RESTART_SECONDS = 30  # most of it is the interpreter's, on a busy machine

pytestmark = pytest.mark.timeout(120 + 30 * KILLS)


async def kill_under(load: Load, server: LrsServer) -> None:
    """Kill the server and all its workers while everybody writes."""
    async with load.running(server.port):
        await load.progress(BATCHES_BETWEEN_KILLS)
        await asyncio.sleep(random.uniform(0, FLUSH_SECONDS))  # noqa: S311
        server.kill()


async def kill_worker_under(load: Load, server: LrsServer) -> None:
    """Kill one worker while everybody writes; whoever was connected to it goes to another one."""
    async with load.running(server.port):
        await load.progress(BATCHES_BETWEEN_KILLS)
        await asyncio.sleep(random.uniform(0, FLUSH_SECONDS))  # noqa: S311
        os.kill(random.choice(list_workers(server)), signal.SIGKILL)  # noqa: S311
        await load.progress(1)


def survive_kill(load: Load, server: LrsServer, store: Store) -> None:
    """Kill all, look at what is left before anybody repairs anything, and start again."""
    asyncio.run(kill_under(load, server))
    load.check_partial(store.ids())
    began = time.monotonic()
    serve(server)
    assert time.monotonic() - began < RESTART_SECONDS


def survive_death_of_a_worker(load: Load, server: LrsServer, store: Store) -> None:
    """Kill a worker; the others go on, and another one takes its place."""
    wait_for_workers(server)
    asyncio.run(kill_worker_under(load, server))
    load.check_partial(store.ids())
    wait_for_workers(server)


@pytest.mark.parametrize(("database", "workers"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 1)])
def test_after_any_kill_all_that_was_acknowledged_is_there_and_each_batch_whole_or_not_at_all(
    request: pytest.FixtureRequest, database: str, workers: int, servers: Servers
) -> None:
    store: Store = request.getfixturevalue(f"on_{database}")
    load = Load(store.prepare())
    server = servers.start(store, workers)
    faults = [survive_kill] if workers == 1 else [survive_death_of_a_worker, survive_kill]
    for survive in islice(cycle(faults), KILLS):
        survive(load, server, store)
    asyncio.run(load.finish(server.port))
    load.check_whole(store.ids())
    assert load.statuses == {200, 204}
    store.check()

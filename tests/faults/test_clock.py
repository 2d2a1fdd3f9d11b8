"""A clock that is set back while servers run (SQLite; PostgreSQL's clock is its own server's)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.clocked import Clock, launch
from tests.faults.follower import Follower
from tests.faults.load import Load

if TYPE_CHECKING:
    from tests.faults.servers import Servers
    from tests.faults.store import Store
    from tests.plugins.server import LrsServer

BATCHES = 8  # of each writer, before and after the clock is set
HOUR_SECONDS = 3600


async def set_under(
    load: Load, server: LrsServer, follower: Follower, clock: Clock, seconds: int
) -> None:
    """Set the clock while some write and one polls, until all is quiet."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.follow(stop))
        async with load.running(server.port):
            await load.progress(BATCHES)
            clock.set(seconds)
            await load.progress(BATCHES)
        stop.set()


def test_a_clock_set_back_breaks_no_promise_and_hides_nothing(
    on_sqlite: Store, servers: Servers
) -> None:
    load = Load(on_sqlite.prepare())
    data_dir = Path(on_sqlite.url.removeprefix("sqlite:///")).parent
    server = servers.plan(on_sqlite, workers=2, settings={"LRS_DATA_DIR": str(data_dir)})
    clock = Clock(data_dir)
    clock.set(0)
    launch(server)
    follower = Follower(load.credential, server.port)

    asyncio.run(set_under(load, server, follower, clock, -HOUR_SECONDS))
    asyncio.run(set_under(load, server, follower, clock, 0))
    clock.set(-HOUR_SECONDS)  # while all is quiet: nothing but a promise knows the time
    asyncio.run(set_under(load, server, follower, clock, -HOUR_SECONDS))
    server.kill()
    launch(server)  # and behind its time from the start
    asyncio.run(set_under(load, server, follower, clock, -2 * HOUR_SECONDS))

    log = on_sqlite.ids()
    load.check_partial(log)
    assert load.statuses == {200, 204}
    assert [each.id for each in follower.seen] == log
    follower.check()
    on_sqlite.check()

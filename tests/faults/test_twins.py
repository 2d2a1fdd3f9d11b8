"""Two servers on one store: started at once when it was empty, written to and polled at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.faults.follower import Follower, WindowFollower
from tests.faults.load import Load
from tests.faults.wire import open_line

if TYPE_CHECKING:
    from tests.faults.twins import Twins

BATCHES = 15  # of each writer


def test_whichever_was_first_the_credential_that_each_one_shows_is_good(twins: Twins) -> None:
    async def ask(port: int) -> set[int]:
        statuses = set()
        for credential in twins.credentials:
            async with open_line(port, credential) as line:
                statuses.add((await line.send("GET", "statements?limit=1")).status)
        return statuses

    for port in twins.ports:
        assert asyncio.run(ask(port)) == {200}


async def write_and_follow(load: Load, twins: Twins, *followers: Follower) -> None:
    """Write to both servers while the followers, who know what is there, poll both."""
    stop = asyncio.Event()
    for follower in followers:
        await follower.catch_up()
    async with asyncio.TaskGroup() as tasks:
        for follower in followers:
            tasks.create_task(follower.follow(stop))
        async with load.running(*twins.ports):
            await load.progress(BATCHES)
        stop.set()


@pytest.mark.parametrize("kind", [Follower, WindowFollower])
def test_a_reader_that_polls_both_misses_nothing_and_gets_nothing_twice(
    twins: Twins, kind: type[Follower]
) -> None:
    load = Load(twins.credential)
    followers = [kind(twins.credential, *twins.ports), kind(twins.credential, *twins.ports[::-1])]
    asyncio.run(write_and_follow(load, twins, *followers))
    assert load.statuses == {200, 204}
    log = twins.store.ids()
    load.check_partial(log)
    for follower in followers:
        follower.check()
        assert [each.id for each in follower.seen] == log


def test_what_both_took_is_one_log_without_a_flaw(twins: Twins) -> None:
    load = Load(twins.credential)
    asyncio.run(write_and_follow(load, twins))
    load.check_partial(twins.store.ids())
    assert all(writer.acknowledged == len(writer.sent) for writer in load.writers)
    twins.store.check()

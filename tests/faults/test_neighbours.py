"""Good requests in the same flushes as bad ones: each gets what it deserves, and nothing else."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING

from tests.faults.load import BATCH_STATEMENTS, Load, new_statement
from tests.faults.twins import MAX_BODY_BYTES
from tests.faults.wire import Line, open_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.load import Json
    from tests.faults.twins import Twins

    Misbehaviour = Callable[[Line], Awaitable[None]]

ROUNDS = 40  # of each writer, good or bad
CROWD = 3  # bad clients of each kind
CONFLICTING, INVALID, OVERSIZED = 409, 400, 413


def new_batch() -> list[Json]:
    """Make a batch that nothing is wrong with."""
    return [new_statement("crowd", number) for number in range(BATCH_STATEMENTS)]


class Crowd:
    """Clients who do everything wrong; `lost` are batches of which nobody knows what became."""

    def __init__(self, taken_id: str) -> None:
        self.refused: list[list[str]] = []
        self.lost: list[list[str]] = []
        self._taken_id = taken_id

    async def conflict(self, line: Line) -> None:
        """Send a good batch whose last statement has an id that is taken."""
        batch = new_batch()
        batch[-1]["id"] = self._taken_id
        await self._send_bad(line, batch, CONFLICTING)

    async def break_a_rule(self, line: Line) -> None:
        """Send a good batch whose last statement has no verb."""
        batch = new_batch()
        del batch[-1]["verb"]
        await self._send_bad(line, batch, INVALID)

    async def exaggerate(self, line: Line) -> None:
        """Send a good batch that is too large."""
        batch = new_batch()
        batch[-1]["result"]["response"] = "x" * MAX_BODY_BYTES
        await self._send_bad(line, batch, OVERSIZED)

    async def hang_up(self, line: Line) -> None:
        """Send a good batch and vanish: at the end of it, or somewhere within."""
        batch = new_batch()
        body = json.dumps(batch).encode()
        size_bytes = random.choice([len(body), random.randrange(len(body))])  # noqa: S311
        await line.send_and_vanish("POST", "statements", body, size_bytes)
        self.lost.append([each["id"] for each in batch])

    async def _send_bad(self, line: Line, batch: list[Json], status: int) -> None:
        answer = await line.send("POST", "statements", json.dumps(batch).encode())
        assert answer.status == status, answer
        self.refused.append([each["id"] for each in batch if each["id"] != self._taken_id])


async def misbehave(twins: Twins, port: int, what: Misbehaviour) -> None:
    """Do it again and again."""
    async with open_line(port, twins.credential) as line:
        for _ in range(ROUNDS):
            await what(line)


async def write_beside(load: Load, twins: Twins, crowd: Crowd) -> None:
    """Let the good and the bad clients write at the same time."""
    ways = [crowd.conflict, crowd.break_a_rule, crowd.exaggerate, crowd.hang_up]
    async with load.running(*twins.ports), asyncio.TaskGroup() as tasks:
        for way in ways * CROWD:
            tasks.create_task(misbehave(twins, random.choice(twins.ports), way))  # noqa: S311
        await load.progress(ROUNDS)


async def store_one(twins: Twins) -> str:
    """Store a statement; its id."""
    statement = new_statement("first", 0)
    async with open_line(twins.ports[0], twins.credential) as line:
        answer = await line.send("POST", "statements", json.dumps(statement).encode())
    return str(answer.json[0])


def test_a_neighbour_of_bad_requests_is_never_harmed(twins: Twins) -> None:
    crowd = Crowd(asyncio.run(store_one(twins)))
    load = Load(twins.credential)
    asyncio.run(write_beside(load, twins, crowd))
    assert load.statuses == {200, 204}
    assert len(crowd.refused) == 3 * CROWD * ROUNDS
    log = twins.store.ids()
    load.check_partial(log)
    there = set(log)
    assert [batch for batch in crowd.refused if there & set(batch)] == []
    assert {len(there & set(batch)) for batch in crowd.lost} <= {0, BATCH_STATEMENTS}

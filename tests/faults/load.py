"""Clients that write, and what each of them may rely on afterwards.

A writer sends request after request, each with ids of its own, and the same again until it is
acknowledged. So what was sent is in the log once or, while it is not acknowledged, perhaps not.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from tests.conformance.samples import make_id
from tests.faults.wire import GoneError, Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.faults.wire import Answer
    from tests.plugins.server import Credential

Json = dict[str, Any]

BATCH_STATEMENTS = 20
SINGLE_WRITERS = 4
BATCH_WRITERS = 4


def new_statement(writer: str, number: int) -> Json:
    """Make a small statement with an id of its own."""
    return {
        "id": make_id(),
        "actor": {"account": {"homePage": "https://example.test", "name": f"agent-{number % 50}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": f"https://example.test/{writer}"},
        "result": {"extensions": {"https://example.test/number": number}},
    }


class Writer:
    """A client that writes batches of one size, the next when the last one is acknowledged."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.sent: list[list[str]] = []  # ids of each batch, the last one perhaps not acknowledged
        self.acknowledged = 0  # batches
        self.statuses: Counter[int] = Counter()
        self._size = size
        self._pending: list[Json] = []

    async def deliver(self, line: Line) -> Answer:
        """Send the batch that is not acknowledged yet, or a new one; what was answered.

        Raises:
            GoneError: there is no answer.

        """
        if not self._pending:
            place = len(self.sent) * self._size
            self._pending = [new_statement(self.name, place + i) for i in range(self._size)]
            self.sent.append([each["id"] for each in self._pending])
        answer = await self._send(line)
        self.statuses[answer.status] += 1
        if answer.status in {200, 204}:
            self.acknowledged += 1
            self._pending = []
        return answer

    async def finish(self, line: Line) -> None:
        """Send what is not acknowledged until it is."""
        while self._pending:
            await self.deliver(line)

    async def _send(self, line: Line) -> Answer:
        if self._size == 1:
            target = f"statements?statementId={self._pending[0]['id']}"
            return await line.send("PUT", target, json.dumps(self._pending[0]).encode())
        return await line.send("POST", "statements", json.dumps(self._pending).encode())


class Load:
    """Several writers of single statements and of batches, at the same time."""

    def __init__(
        self,
        credential: Credential,
        singles: int = SINGLE_WRITERS,
        batches: int = BATCH_WRITERS,
    ) -> None:
        self.credential = credential
        self.writers = [
            *(Writer(f"single-{i}", 1) for i in range(singles)),
            *(Writer(f"batch-{i}", BATCH_STATEMENTS) for i in range(batches)),
        ]
        self._progress: asyncio.Condition  # of the event loop in which it is running

    @property
    def statuses(self) -> set[int]:
        """Every status that a writer was answered with."""
        return {status for writer in self.writers for status in writer.statuses}

    @asynccontextmanager
    async def running(self, *ports: int) -> AsyncIterator[None]:
        """Let all writers write while inside, each to one of the servers."""
        stop = asyncio.Event()
        self._progress = asyncio.Condition()
        async with asyncio.TaskGroup() as tasks:
            for i, writer in enumerate(self.writers):
                line = Line(ports[i % len(ports)], self.credential)
                tasks.create_task(self._write(writer, line, stop))
            try:
                yield
            finally:
                stop.set()

    async def progress(self, batches: int, status: int | None = None) -> None:
        """Wait until every writer has got so many more answers, or answers of one status."""
        goals = [(writer, _answers(writer, status) + batches) for writer in self.writers]
        async with self._progress:
            await self._progress.wait_for(
                lambda: all(_answers(writer, status) >= goal for writer, goal in goals)
            )

    async def finish(self, *ports: int) -> None:
        """Send what is not acknowledged until it is."""
        lines = [Line(ports[i % len(ports)], self.credential) for i in range(len(self.writers))]
        pairs = zip(self.writers, lines, strict=True)
        await asyncio.gather(*(writer.finish(line) for writer, line in pairs))
        await asyncio.gather(*(line.close() for line in lines))

    def check_partial(self, log: Sequence[str]) -> None:
        """Check a log in which all acknowledged batches are, and each other one whole or not."""
        places = {statement_id: place for place, statement_id in enumerate(log)}
        assert len(places) == len(log), "a statement is there twice"
        for writer in self.writers:
            for number, batch in enumerate(writer.sent):
                found = [each for each in batch if each in places]
                if found or number < writer.acknowledged:
                    start = places[batch[0]]
                    assert log[start : start + len(batch)] == batch, (writer.name, number)

    def check_whole(self, log: Sequence[str]) -> None:
        """Check a log in which all that was sent is, once, and nothing else."""
        self.check_partial(log)
        assert all(writer.acknowledged == len(writer.sent) for writer in self.writers)
        sent = (each for writer in self.writers for batch in writer.sent for each in batch)
        assert Counter(log) == Counter(sent)

    async def _write(self, writer: Writer, line: Line, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(GoneError):
                await writer.deliver(line)
            async with self._progress:
                self._progress.notify_all()
        await line.close()


def _answers(writer: Writer, status: int | None) -> int:
    return writer.statuses.total() if status is None else writer.statuses[status]

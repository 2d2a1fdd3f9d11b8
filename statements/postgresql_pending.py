"""Commands that wait to be sent to PostgreSQL until somebody wants an answer, and then go together.

An append reads five things and writes to five tables, and holds the append lock meanwhile: each
exchange costs worker and server some thirty microseconds, and both the turn of a processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.pq.abc import PGresult

    from statements.connection import Row
    from statements.postgresql_wire import Command, Wire

    Take = Callable[[PGresult], None]


class Pending:
    """Commands in the order in which they came, not sent yet."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._waiting: list[tuple[Command, Take]] = []

    def add(self, command: Command, take: Take) -> None:
        """Have a command sent with the next that is waited for; `take` is given its result."""
        self._waiting.append((command, take))

    def run(self, command: Command) -> PGresult:
        """Result of a command, after those that wait."""
        if not self._waiting:
            return self._wire.run(command)
        results: list[PGresult] = []
        self.add(command, results.append)
        self.settle()
        return results[0]

    def settle(self) -> None:
        """Run what waits. Raises what one of them fails with, or its `take` raises."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        results = self._wire.run_all([command for command, _ in waiting])
        for (_, take), result in zip(waiting, results, strict=True):
            take(result)

    def forget(self) -> None:
        """Run nothing of what waits."""
        self._waiting.clear()


class Asked:
    """Rows of a query that waits or was run; call it for them."""

    def __init__(self, pending: Pending, wire: Wire, command: Command) -> None:
        self._pending = pending
        self._wire = wire
        self._rows: list[Row] | None = None
        pending.add(command, self._take)

    def __call__(self) -> list[Row]:
        """All of them."""
        if self._rows is None:
            self._pending.settle()
        assert self._rows is not None  # noqa: S101  # it was taken, or settling raised
        return self._rows

    def _take(self, result: PGresult) -> None:
        self._rows = self._wire.rows(result)

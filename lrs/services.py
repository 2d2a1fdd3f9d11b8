"""What resources work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lrs.queries.running import Queries
from lrs.records.fold import FoldWatch
from statements.clock import now
from statements.credentials import note_use
from statements.errors import Conflict

if TYPE_CHECKING:
    from lrs.metrics import Metrics
    from lrs.records.store import Records
    from lrs.settings import Settings
    from lrs.store import Store
    from statements.admission import Appended
    from statements.database import Database
    from statements.requests import AppendRequest


class Uses:
    """When credentials were used last, written down now and then."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def note(self, key: str) -> None:
        """The credential is being used now."""
        self._used[key] = now()

    def write(self, database: Database) -> None:
        """Write what was noted since the last time."""
        used, self._used = self._used, {}
        if used:
            note_use(database, used)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a handler may need, built in one place (`wiring`)."""

    settings: Settings
    store: Store
    metrics: Metrics
    records: Records
    uses: Uses = field(default_factory=Uses)
    queries: Queries = field(init=False)
    fold: FoldWatch = field(init=False)

    def __post_init__(self) -> None:
        """Build what works with the rest."""
        object.__setattr__(self, "queries", Queries(self.metrics.queries))
        object.__setattr__(self, "fold", FoldWatch(self.records, self.store))

    async def append(self, request: AppendRequest) -> Appended:
        """Append a request's statements and count what became of them."""
        try:
            appended = await self.store.append(request)
        except Conflict:
            self.metrics.conflicting.inc(len(request.statements))
            raise
        self.metrics.appended.inc(appended.new)
        self.metrics.duplicate.inc(appended.known)
        return appended

"""Up to when all that is stored can be read (Communication 2.1.3, Consistent-Through).

See docs/decisions/0006-one-order.md.
"""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

from statements.append import head

if TYPE_CHECKING:
    from statements.connection import Read
    from statements.database import Database

GOOD_SECONDS = 0.01
"""So long one look serves for every read: an older horizon is as true, and a look costs as much as
a small read."""


class Horizon:
    """The horizon of a database as this process knows it; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._seen = 0  # by the last look; microseconds since 1970
        self._raised = 0  # since then
        self._looked = -GOOD_SECONDS

    def look(self, read: Read, at_least: int = 0) -> int:
        """A time up to which all is stored that ever will be, and can be read from now on.

        What is stored last counts even if the clock was set back since. Whoever has seen what was
        stored at `at_least`, perhaps by another server, makes it look again rather than tell less.
        """
        known = max(self._seen, self._raised)
        if known >= at_least and monotonic() - self._looked < GOOD_SECONDS:
            return known
        began, raised = monotonic(), self._raised
        quiet = self._database.quiet_since(read) or 0
        seen = max(quiet, read(lambda connection: head(connection).stored))
        with self._guard:
            # A database that was restored, or a standby behind it, knows less than the one before.
            self._seen, self._looked = seen, began
            self._raised = 0 if self._raised == raised else self._raised
        return max(seen, self._raised)

    def raise_to(self, stored: int) -> None:
        """All up to then can be read, since a statement of that time can."""
        with self._guard:
            self._raised = max(self._raised, stored)

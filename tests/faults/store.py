"""The store behind the servers under test, looked at directly: no server has to be alive."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from lrs.issuing import Wish, issue
from lrs.settings import Settings
from statements.append import head
from statements.check import check
from statements.migrate import migrate
from statements.opening import open_database
from statements.reader import read_log
from tests.plugins.server import Credential

if TYPE_CHECKING:
    from statements.checks.examination import Finding
    from statements.connection import Connection
    from statements.reader import Entry

MOST_STATEMENTS = 10_000_000


class Store:
    """A database, migrated on demand."""

    def __init__(self, url: str) -> None:
        self.url = url

    def prepare(self) -> Credential:
        """Make the tables; a credential with every right."""
        with closing(open_database(self.url)) as database:
            migrate(database)
            credential, secret = issue(database, Wish("faults", ["all"]), Settings())
            return Credential(credential.key, secret)

    def log(self) -> list[Entry]:
        """All that is stored, in order; positions without a gap and times that increase."""
        with closing(open_database(self.url)) as database:
            entries, last = database.snapshot(_read_all)
        assert [entry.position for entry in entries] == list(range(1, last + 1))
        times = [entry.stored for entry in entries]
        assert times == sorted(set(times))
        return entries

    def ids(self) -> list[str]:
        """Ids of all that is stored, in order."""
        return [json.loads(entry.payload)["id"] for entry in self.log()]

    def check(self) -> None:
        """Check everything as `lrs check` does."""
        findings: list[Finding] = []
        with closing(open_database(self.url)) as database:
            check(database, report=findings.append, progress=lambda *_: None)
        assert findings == []


def _read_all(connection: Connection) -> tuple[list[Entry], int]:
    return read_log(connection, 0, MOST_STATEMENTS), head(connection).position

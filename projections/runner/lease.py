"""One process folds at a time. Several may be ready to: the one with the lease does."""

from __future__ import annotations

import os
import secrets
import socket
from typing import TYPE_CHECKING

from projections import tables
from statements.clock import now

if TYPE_CHECKING:
    from statements.connection import Connection

NAME = "runner"
SECONDS = 10
"""A process that dies is replaced after so long. Each transaction renews the lease: some take a
second or two."""


class Lost(Exception):
    """Another process has the lease now; the transaction must not be committed."""


class Lease:
    """The claim of this process. Its name is its own, even if another starts at the same moment."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"

    def claim(self, connection: Connection) -> bool:
        """Take the lease if nobody else has it. In a writing transaction."""
        rows = connection.fetch(tables.lease, [(NAME,)])
        moment = now()
        if rows and rows[0][1] != self.holder and rows[0][2] > moment:
            return False
        until = moment + SECONDS * 1_000_000
        connection.replace(tables.lease, [(NAME, self.holder, until)])
        return True

    def renew(self, connection: Connection) -> bool:
        """Keep the lease; False if another process has it, or had it and may have written.

        In a writing transaction.
        """
        rows = connection.fetch(tables.lease, [(NAME,)])
        return bool(rows) and rows[0][1] == self.holder and self.claim(connection)

    def hold(self, connection: Connection) -> None:
        """Renew the lease within the transaction that depends on it. Raises Lost."""
        if not self.renew(connection):
            raise Lost

    def release(self, connection: Connection) -> None:
        """Let another process take it at once."""
        rows = connection.fetch(tables.lease, [(NAME,)])
        if rows and rows[0][1] == self.holder:
            connection.remove(tables.lease, [(NAME,)])

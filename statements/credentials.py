"""Who may do what: keys and secrets, kept so that the database gives no secret away.

A secret is 256 random bits, so one round of SHA-256 is as good as a slow hash and costs a
microsecond a request (docs/decisions/0003-credentials.md).
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from statements import tables
from statements.clock import now
from statements.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from statements.connection import Connection, Row
    from statements.database import Database

_TABLE = tables.credential
_ALL = select(_TABLE).order_by(_TABLE.c.created, _TABLE.c.key)
_BY_KEY = select(_TABLE).where(_TABLE.c.key == bindparam("of_key"))
_REVOKE = (
    update(_TABLE)
    .where(_TABLE.c.key == bindparam("of_key"), _TABLE.c.revoked.is_(None))
    .values(revoked=bindparam("revoked"))
)
_USED = (
    update(_TABLE)
    .where(_TABLE.c.key == bindparam("of_key"))
    .values(last_used=bindparam("last_used"))
)

SECRET_BYTES = 32
KEY_BYTES = 12
REMEMBERED = 10_000
RECONNECT_SECONDS = 0.5
ASK_SECONDS = 0.001
"""How often a local database is asked whether anything changed: a revocation takes so long."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as it is stored; times are microseconds since 1970."""

    key: str
    secret_hash: bytes
    label: str
    scopes: str  # space separated
    authority: bytes  # JSON Agent
    organisation: str  # tags what it sends; empty for none
    confined: bool  # sees and voids only what its organisation sent
    created: int
    expires: int | None = None
    revoked: int | None = None
    last_used: int | None = None
    limits: str = ""  # JSON, what it may read of the learning records; empty for everything

    def is_active(self, now: int) -> bool:
        """Neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def has_secret(self, secret: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.secret_hash, hash_secret(secret))


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode()).digest()


def new_key_and_secret() -> tuple[str, str]:
    """A fresh key and a 256-bit secret, as hexadecimal digits: no shell or option takes offence."""
    return secrets.token_hex(KEY_BYTES), secrets.token_hex(SECRET_BYTES)


def add_credential(database: Database, credential: Credential) -> None:
    """Store a new credential."""
    values = {column.name: getattr(credential, column.name) for column in _TABLE.columns}
    row = tuple((values | {"confined": int(credential.confined)}).values())
    database.write(lambda connection: connection.insert(_TABLE, [row]), lock=b"credential")


def list_credentials(connection: Connection) -> list[Credential]:
    """All credentials, oldest first, revoked and expired ones included."""
    return [_credential(row) for row in connection.rows(_ALL)]


def find_credential(connection: Connection, key: str) -> Credential | None:
    """The credential with this key, whatever its state."""
    row = connection.row(_BY_KEY, of_key=key)
    return _credential(row) if row else None


def revoke_credential(database: Database, key: str) -> bool:
    """Revoke from now on; False if there is no such key, or it is revoked already."""
    return bool(
        database.write(lambda c: c.execute(_REVOKE, of_key=key, revoked=now()), lock=b"credential")
    )


def note_use(database: Database, used: dict[str, int]) -> None:
    """Write down when keys were used last (microseconds since 1970), for several at once."""

    def work(connection: Connection) -> None:
        for key in sorted(used):
            connection.execute(_USED, of_key=key, last_used=used[key])

    database.write(work, lock=b"credential")


class Credentials:
    """Credentials by key, as they are now.

    They are remembered where the database tells of changes: by a stamp that is looked at every
    millisecond at most (SQLite), or by announcements and only as long as those are being listened
    to (PostgreSQL).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[str, Credential] = {}
        self._stamp: int | None = None
        self._asked = -ASK_SECONDS
        self._listening = False
        self._changes = 0  # a credential read before a change may be out of date
        self._guard = threading.Lock()

    def recall(self, key: str) -> Credential | None:
        """The credential, if it is remembered. To be called in one thread only."""
        now = time.monotonic()
        if now - self._asked >= ASK_SECONDS:
            self._asked = now
            self._notice(self._database.stamp())
        return self._remembered.get(key) if self._is_told else None

    def _notice(self, stamp: int | None) -> None:
        if stamp != self._stamp:
            self._stamp = stamp
            self._forget()

    def find(
        self, key: str, read: Callable[..., Credential | None] | None = None
    ) -> Credential | None:
        """The credential with this key, read from the database (by `read` if it is given)."""
        changes = self._changes
        found = (read or self._database.read)(lambda connection: find_credential(connection, key))
        with self._guard:
            if found and self._is_told and changes == self._changes:
                if len(self._remembered) >= REMEMBERED:
                    self._remembered.clear()
                self._remembered[key] = found
        return found

    @property
    def _is_told(self) -> bool:
        return self._listening or self._stamp is not None

    def listen(self) -> None:
        """Follow the announcements until the database is closed; run it in a thread of its own."""
        while not self._database.closed:
            try:
                for _ in self._database.listen("credential", self._begin):
                    self._forget()
            except Unavailable:
                self._listening = False
                time.sleep(RECONNECT_SECONDS)
            else:
                return  # closed, or this database announces nothing

    def _begin(self) -> None:
        self._forget()
        self._listening = True

    def _forget(self) -> None:
        with self._guard:
            self._changes += 1
            self._remembered.clear()


def _credential(row: Row) -> Credential:
    """The fields stand in the order of the columns."""
    values: Row = (*row[:6], bool(row[6]), *row[7:-1], row[-1] or "")  # older ones have no limits
    return Credential(*values)

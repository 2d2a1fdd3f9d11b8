"""Credentials: what the database keeps of a secret, and how soon a change counts."""

from __future__ import annotations

import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy import select
from typing_extensions import override

from statements import tables
from statements.credentials import (
    Credential,
    Credentials,
    add_credential,
    find_credential,
    hash_secret,
    list_credentials,
    new_key_and_secret,
    note_use,
    revoke_credential,
)
from statements.errors import Unavailable
from statements.migrate import migrate
from statements.opening import open_database
from statements.postgresql import PostgreSQL
from tests.plugins.postgresql import PostgreSQLServer
from tests.statements.waiting import WAIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.connection import Connection
    from statements.database import Database
    from tests.statements.conftest import RawConnection

KEY, SECRET = new_key_and_secret()
CREDENTIAL = Credential(
    key=KEY,
    secret_hash=hash_secret(SECRET),
    label="Course player é",
    scopes="statements/write statements/read/mine",
    authority=b'{"mbox":"mailto:lrs@example.org"}',
    organisation="city",
    confined=True,
    created=1_000_000,
)
T = TypeVar("T")


def find(database: Database, key: str = KEY) -> Credential | None:
    """Read a credential."""
    return database.read(lambda connection: find_credential(connection, key))


@contextmanager
def listening(database: Database) -> Iterator[Credentials]:
    """Lend credentials that follow the announcements, as in a server."""
    credentials = Credentials(database)
    thread = threading.Thread(target=credentials.listen)
    thread.start()
    try:
        yield credentials
    finally:
        database.close()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def remember(credentials: Credentials, key: str = KEY) -> None:
    """Find a credential until it is remembered."""
    wait_until(lambda: credentials.find(key) and credentials.recall(key))


def check_revoked(credentials: Credentials) -> None:
    """Wait until a credential is forgotten; read again, it is revoked."""
    wait_until(lambda: credentials.recall(KEY) is None)
    found = credentials.find(KEY)
    assert found is not None
    assert found.revoked


def test_a_credential_comes_back_as_it_was_stored(database: Database) -> None:
    other = replace(CREDENTIAL, key="other", confined=False, expires=5, created=0)
    add_credential(database, CREDENTIAL)
    add_credential(database, other)
    assert find(database) == CREDENTIAL
    assert find(database, "other") == other
    assert find(database, "none") is None
    assert database.read(list_credentials) == [other, CREDENTIAL]


def test_only_a_hash_of_the_secret_is_stored(database: Database) -> None:
    add_credential(database, CREDENTIAL)
    row = database.read(lambda connection: connection.rows(select(tables.credential)))[0]
    assert SECRET.encode() not in b"|".join(str(value).encode() for value in row)
    found = find(database)
    assert found is not None
    assert found.has_secret(SECRET)
    assert not found.has_secret(SECRET + "x")
    assert not found.has_secret("")
    assert SECRET not in repr(found)


def test_keys_and_secrets_are_long_random_and_fit_for_basic_authentication() -> None:
    pairs = [new_key_and_secret() for _ in range(50)]
    assert len({text for pair in pairs for text in pair}) == 100
    for key, secret in pairs:
        assert ":" not in key + secret
        assert (key + secret).isascii()
        assert len(secret) >= 43  # 256 bits in characters of at most 6


def test_a_credential_is_active_until_it_expires_or_is_revoked() -> None:
    assert CREDENTIAL.is_active(now=2**62)
    assert replace(CREDENTIAL, expires=10).is_active(now=9)
    assert not replace(CREDENTIAL, expires=10).is_active(now=10)
    assert not replace(CREDENTIAL, revoked=10).is_active(now=9)


def test_a_credential_is_revoked_once_and_stays_so(database: Database) -> None:
    add_credential(database, CREDENTIAL)
    before = time.time_ns() // 1000
    assert revoke_credential(database, KEY)
    revoked = find(database)
    assert revoked is not None
    assert revoked.revoked is not None
    assert before <= revoked.revoked <= time.time_ns() // 1000
    assert not revoke_credential(database, KEY)
    assert find(database) == revoked
    assert not revoke_credential(database, "none")


def test_last_uses_are_noted_for_several_at_once(database: Database) -> None:
    add_credential(database, CREDENTIAL)
    add_credential(database, replace(CREDENTIAL, key="other"))
    note_use(database, {KEY: 7, "other": 8, "gone": 9})
    note_use(database, {})
    used = {each.key: each.last_used for each in database.read(list_credentials)}
    assert used == {KEY: 7, "other": 8}


def test_a_key_is_given_once(database: Database) -> None:
    add_credential(database, CREDENTIAL)
    with pytest.raises(Exception, match=r"(?i)unique"):
        add_credential(database, replace(CREDENTIAL, label="other"))
    assert find(database) == CREDENTIAL


def test_without_listening_nothing_is_remembered(database: Database, url: str) -> None:
    if database.local:
        pytest.skip("SQLite is asked each time whether anything changed")
    add_credential(database, CREDENTIAL)
    credentials = Credentials(database)
    assert credentials.find(KEY) == CREDENTIAL
    assert credentials.recall(KEY) is None
    with closing(open_database(url)) as other:
        revoke_credential(other, KEY)
    found = credentials.find(KEY)
    assert found is not None
    assert found.revoked


def test_a_local_database_is_asked_each_time_whether_anything_changed(
    database: Database, url: str
) -> None:
    if not database.local:
        pytest.skip("PostgreSQL announces")
    credentials = Credentials(database)
    credentials.listen()  # ends at once: nothing is announced
    add_credential(database, CREDENTIAL)
    remember(credentials)
    with closing(open_database(url)) as other:
        revoke_credential(other, KEY)
    check_revoked(credentials)


@pytest.fixture
def announcing(database: Database) -> Database:
    """Lend a database that announces changes."""
    if database.local:
        pytest.skip("SQLite announces nothing: it is read every time")
    return database


CHANGES = {
    "revoked": "UPDATE credential SET revoked = 5",
    "expires": "UPDATE credential SET expires = 5",
    "scopes": "UPDATE credential SET scopes = 'all'",
    "secret_hash": "UPDATE credential SET secret_hash = 'x'",
    "confined": "UPDATE credential SET confined = 0",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_elsewhere_is_forgotten_at_once(
    announcing: Database, raw: RawConnection, change: str
) -> None:
    add_credential(announcing, CREDENTIAL)
    with listening(announcing) as credentials:
        remember(credentials)
        raw.execute(CHANGES[change])
        wait_until(lambda: credentials.recall(KEY) is None)
        assert credentials.find(KEY) != CREDENTIAL


def test_a_deleted_credential_is_forgotten_and_its_use_changes_nothing(
    announcing: Database, raw: RawConnection
) -> None:
    add_credential(announcing, CREDENTIAL)
    with listening(announcing) as credentials:
        remember(credentials)
        note_use(announcing, {KEY: 7})
        add_credential(announcing, replace(CREDENTIAL, key="other"))
        remember(credentials, "other")
        raw.execute("DELETE FROM credential")
        wait_until(lambda: credentials.recall(KEY) is None)
        assert credentials.find(KEY) is None


class Slow(PostgreSQL):
    """A database whose answers to reading take time, in which something happens."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.meanwhile: Callable[[], None] = lambda: None

    @override
    def read(self, work: Callable[[Connection], T]) -> T:
        result = super().read(work)
        self.meanwhile()
        return result


def test_what_was_read_before_a_change_was_announced_is_not_remembered_after_it(
    announcing: Database, url: str, raw: RawConnection
) -> None:
    add_credential(announcing, CREDENTIAL)
    add_credential(announcing, replace(CREDENTIAL, key="witness"))
    slow = Slow(url.replace("+psycopg", ""))
    with listening(slow) as credentials:
        remember(credentials, "witness")

        def change() -> None:
            raw.execute(CHANGES["revoked"])
            wait_until(lambda: credentials.recall("witness") is None)

        slow.meanwhile = change
        assert credentials.find(KEY) == CREDENTIAL
        assert credentials.recall(KEY) is None


def test_use_by_itself_makes_nobody_forget(announcing: Database) -> None:
    add_credential(announcing, CREDENTIAL)
    with listening(announcing) as credentials:
        remember(credentials)
        note_use(announcing, {KEY: 7})
        add_credential(announcing, replace(CREDENTIAL, key="after"))
        wait_until(lambda: credentials.recall(KEY) is None)  # by the addition, not by the use
        remember(credentials)
        found = credentials.recall(KEY)
        assert found is not None
        assert found.last_used == 7


def test_memory_of_credentials_is_bounded(
    announcing: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.credentials.REMEMBERED", 2)
    keys = [f"key-{number}" for number in range(5)]
    for key in keys:
        add_credential(announcing, replace(CREDENTIAL, key=key))
    with listening(announcing) as credentials:
        for key in keys:
            remember(credentials, key)
        assert sum(credentials.recall(key) is not None for key in keys) <= 2


def test_while_the_server_is_away_nothing_is_remembered_and_listening_goes_on_afterwards() -> None:
    with PostgreSQLServer() as server:
        url = server.create_database("store")
        database = open_database(url)
        migrate(database)
        add_credential(database, CREDENTIAL)
        with listening(database) as credentials:
            remember(credentials)
            server.stop()
            wait_until(lambda: credentials.recall(KEY) is None)
            with pytest.raises(Unavailable):
                credentials.find(KEY)
            server.start()
            remember(credentials)
            with closing(open_database(url)) as other:
                revoke_credential(other, KEY)
            check_revoked(credentials)

"""On PostgreSQL a server needs no right to change the log, and has none."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import psycopg
import pytest
from sqlalchemy import make_url

from statements import tables
from statements.credentials import Credential, add_credential, find_credential, note_use
from statements.documents import (
    Collection,
    Place,
    Sent,
    delete_document,
    delete_documents,
    get_document,
    merge_document,
    put_document,
)
from statements.erasures import NOTHING, Wish, read_erasures, record
from statements.errors import Denied
from statements.migrate import grant, migrate, require_current
from statements.opening import open_database
from statements.prepared import sender
from statements.sqlite import SQLite
from tests.plugins.postgresql import connect
from tests.statements.store import (
    ANNA,
    COURSE,
    Store,
    counts,
    new_request,
    new_statement,
    new_void,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = f"lrs_test_{secrets.token_hex(8)}"  # roles are of the whole server, and others test too
CREDENTIAL = Credential("key", b"hash", "label", "all", b"{}", "", confined=False, created=1)
NAMES = [table.name for table in tables.metadata.sorted_tables]
LOG = [table.name for table in tables.APPEND_ONLY]
FORBIDDEN = [
    *(f"UPDATE {table.name} SET {table.columns[0].name} = NULL" for table in tables.APPEND_ONLY),  # noqa: S608
    *(f"DELETE FROM {name}" for name in [*LOG, "credential"]),  # noqa: S608
    *(f"TRUNCATE {name}" for name in NAMES),
    *(f"DROP TABLE {name} CASCADE" for name in NAMES),
    *(f"ALTER TABLE {name} DISABLE TRIGGER ALL" for name in NAMES),
    *(f"DROP TRIGGER append_only ON {name}" for name in LOG),
    "ALTER TABLE statement ADD COLUMN more text",
    "CREATE RULE none AS ON INSERT TO statement DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "DROP FUNCTION refuse_change CASCADE",
    "INSERT INTO migration VALUES (99, 'x', 0)",
    "INSERT INTO erased_statement VALUES (1)",
    "INSERT INTO erased_person VALUES ('mbox:mailto:anna@example.org')",
    "INSERT INTO credential SELECT * FROM credential",
    "UPDATE credential SET secret_hash = ''",
    "UPDATE credential SET scopes = 'all'",
    "UPDATE credential SET revoked = NULL, expires = NULL",
]


class Roles(NamedTuple):
    """URLs of one database, for its owner and for a server."""

    owner: str
    server: str


@pytest.fixture
def roles(postgresql_database: str) -> Iterator[Roles]:
    """Lend a migrated database, with a role that has what `grant` gives and no more."""
    server = make_url(postgresql_database).set(username=ROLE, password="secret")
    with closing(connect(postgresql_database)) as raw:
        raw.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'secret'".encode())
        try:
            with closing(open_database(postgresql_database)) as owner:
                migrate(owner)
                grant(owner, ROLE)
                grant(owner, ROLE)  # as every deployment does
                add_credential(owner, CREDENTIAL)
            yield Roles(postgresql_database, server.render_as_string(hide_password=False))
        finally:
            raw.execute(f"DROP OWNED BY {ROLE}".encode())
            raw.execute(f"DROP ROLE {ROLE}".encode())


def test_a_role_with_the_grants_can_do_all_that_a_server_does(roles: Roles) -> None:
    with closing(open_database(roles.server)) as database:
        require_current(database)
        check_statements(Store(database))
        check_documents(Store(database))
        note_use(database, {"key": 5})
        found = database.read(lambda connection: find_credential(connection, "key"))
        assert found is not None
        assert found.last_used == 5
        assert database.quiet_since() is not None
        assert database.read(read_erasures) == NOTHING
        assert database.size_bytes() > 0


def check_statements(store: Store) -> None:
    described = {"id": COURSE, "definition": {"name": {"en": "Course"}}}
    target = new_statement(actor=ANNA | {"name": "Anna"}, object=described)
    request = new_request(target, by=sender(ANNA, "ville", may_define=True))
    request.attachments[b"0" * 32] = b"content"
    void = new_void(target["id"])
    outcomes = store.appender.append([request, new_request(void)])
    assert [counts(outcome) for outcome in outcomes] == [(1, 0), (1, 0)]
    assert store.found(activity=COURSE) == [void["id"]]
    assert store.find(target["id"], voided=True) is not None


def check_documents(store: Store) -> None:
    collection = Collection("state", COURSE, "mbox:x")
    place = Place(collection, "progress")
    put_document(store.database, place, Sent("application/json", b'{"a":1}'))
    merge_document(store.database, place, Sent("application/json", b'{"b":2}'))
    document = store.database.read(lambda c: get_document(c, place))
    assert document is not None
    assert document.content == b'{"a":1,"b":2}'
    delete_document(store.database, place)
    delete_documents(store.database, collection)


def test_a_role_with_the_grants_cannot_change_what_is_stored(roles: Roles) -> None:
    with closing(connect(roles.server)) as raw:
        for command in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(command.encode())


def test_to_erase_is_for_the_owner(roles: Roles) -> None:
    wish = Wish(persons=frozenset({"mbox:mailto:anna@example.org"}))
    with closing(open_database(roles.server)) as server, pytest.raises(Denied):
        record(server, wish)
    with closing(open_database(roles.owner)) as owner:
        record(owner, wish)
    with closing(open_database(roles.server)) as server:
        assert server.read(read_erasures).persons == wish.persons


def test_granting_takes_away_what_a_role_had_too_much(roles: Roles) -> None:
    with closing(connect(roles.owner)) as raw, closing(open_database(roles.owner)) as owner:
        raw.execute(f"GRANT ALL ON statement, credential, migration TO {ROLE}".encode())
        grant(owner, ROLE)
    with closing(connect(roles.server)) as raw:
        for name in ("statement", "credential", "migration"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(f"DELETE FROM {name}".encode())  # noqa: S608


@pytest.mark.parametrize("role", ["", "a b", 'x"; DROP TABLE statement; --', "1st", "a" * 64])
def test_a_role_name_that_is_no_plain_identifier_is_refused(
    postgresql_database: str, role: str
) -> None:
    with (
        closing(open_database(postgresql_database)) as database,
        pytest.raises(ValueError, match="role name"),
    ):
        grant(database, role)


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    with (
        closing(SQLite(str(tmp_path / "store.sqlite"))) as database,
        pytest.raises(ValueError, match="PostgreSQL only"),
    ):
        grant(database, "lrs")

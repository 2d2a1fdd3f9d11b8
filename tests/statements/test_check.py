"""`check` finds nothing in a store that nobody has tampered with, and whatever somebody has."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from pyroaring import BitMap64

from statements.check import check, check_sample
from statements.checks.examination import Finding, Kind
from statements.errors import Unavailable
from statements.migrate import migrate
from statements.opening import open_database
from statements.prepared import sender
from statements.requests import AppendRequest
from tests.statements.store import AUTHORITY, Store, new_statement, new_void, prepared, reference_to
from tests.statements.worlds import Batch, worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.statements.conftest import RawConnection

CONTENT = b"the content of an attachment"
DEFINED = {"id": "http://example.org/defined", "definition": {"name": {"fr": "Le cours"}}}
IDS = [f"00000000-0000-4000-8000-0000000000{number:02x}" for number in range(10)]
CITY = sender(AUTHORITY, "city", may_define=True)

ATTACHMENT = {
    "usageType": "http://example.org/usage",
    "display": {"en": "A file"},
    "contentType": "text/plain",
    "length": len(CONTENT),
    "sha2": hashlib.sha256(CONTENT).hexdigest(),
}
FURNISHED = [
    new_statement(id=IDS[1], object=DEFINED, actor={"mbox": "mailto:a@example.org", "name": "A"}),
    new_statement(id=IDS[2], attachments=[ATTACHMENT]),
    new_statement(id=IDS[3], object=reference_to(IDS[1])),
    new_statement(id=IDS[4], object=reference_to(IDS[3])),
    new_statement(id=IDS[5]),
    new_void(IDS[5], id=IDS[6]),
    new_statement(id=IDS[7], object=reference_to(IDS[9])),  # which is nowhere
    new_statement(id=IDS[8], context={"registration": "00000000-aaaa-4000-8000-00000000000a"}),
]
"""Statement n has position n. Together they have a row in every table."""


@pytest.fixture
def furnished(store: Store) -> Store:
    """Lend a store with all that a store can have."""
    statements = [prepared(statement, CITY) for statement in FURNISHED]
    attachments = {hashlib.sha256(CONTENT).digest(): CONTENT}
    for first, last in ((0, 3), (3, 8)):
        store.appender.append([AppendRequest(statements[first:last], attachments)])
    return store


def findings(store: Store) -> list[Finding]:
    """Check a store."""
    found: list[Finding] = []
    check(store.database, found.append, lambda *_: None)
    return found


def findings_in_sample(store: Store, statements: int) -> list[Finding]:
    """Check some statements of a store."""
    found: list[Finding] = []
    check_sample(store.database, statements, found.append, lambda *_: None)
    return found


@settings(
    max_examples=25,
    deadline=None,  # commits wait for the disk
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_whatever_was_appended_nothing_is_found(
    new_store: Callable[[], Store], world: list[list[Batch]]
) -> None:
    store = new_store()
    for flush in world:
        store.appender.append(
            [
                AppendRequest(
                    [prepared(each, batch.key.sender) for each in batch.statements],
                    confined_to=batch.key.confined_to,
                )
                for batch in flush
            ]
        )
    assert findings(store) == []
    assert findings_in_sample(store, 1000) == []


def test_a_furnished_store_is_well_and_all_of_it_is_looked_at(furnished: Store) -> None:
    seen: list[tuple[int, float | None, str]] = []
    found: list[Finding] = []
    looked_at = check(furnished.database, found.append, lambda *told: seen.append(told))
    assert (looked_at, found) == (len(FURNISHED), [])
    assert seen == [(len(FURNISHED), 1.0, "statements")]


def test_an_empty_store_is_well(store: Store) -> None:
    assert findings(store) == []
    assert findings_in_sample(store, 5) == []


class Tampering(NamedTuple):
    """What somebody does to a store, and what has to be found then."""

    sql: str
    kind: Kind
    position: int | None = None


# What stands in capitals in the commands below.
NAMES = {
    "KEY_OF_1": "(SELECT min(key) FROM posting WHERE position = 1 AND via = 0)",
    "KEY_OF_8": "(SELECT min(key) FROM posting WHERE position = 8 AND via = 0)",
    "REGISTRATION": "(SELECT max(key) FROM posting WHERE position = 8 AND via = 0)",
    "LAST_TERM": "(SELECT max(number) FROM term)",
}

TAMPERINGS = {
    "a statement is deleted": Tampering(
        "DELETE FROM statement WHERE position = 2", Kind.POSITION, 3
    ),
    "the first statement is deleted": Tampering(
        "DELETE FROM statement WHERE position = 1", Kind.POSITION, 2
    ),
    "a time goes back": Tampering(
        "UPDATE statement SET stored = stored - 1000000 WHERE position = 3", Kind.STORED, 3
    ),
    "the time of the last one goes on": Tampering(
        "UPDATE statement SET stored = stored + 1 WHERE position = 8", Kind.STORED, 8
    ),
    "a digest is changed": Tampering(
        "UPDATE statement SET digest = salt WHERE position = 1", Kind.DIGEST, 1
    ),
    "a salt is changed": Tampering(
        "UPDATE statement SET salt = id WHERE position = 1", Kind.DIGEST, 1
    ),
    "a text is exchanged": Tampering(
        "UPDATE statement SET payload = (SELECT payload FROM statement WHERE position = 5)"
        " WHERE position = 8",
        Kind.ID,
        8,
    ),
    "a text is no JSON": Tampering(
        "UPDATE statement SET payload = salt WHERE position = 8", Kind.PAYLOAD, 8
    ),
    "an id is changed": Tampering("UPDATE statement SET id = salt WHERE position = 8", Kind.ID, 8),
    "a flag is set": Tampering("UPDATE statement SET flags = 2 WHERE position = 8", Kind.FLAGS, 8),
    "a flag is lost": Tampering("UPDATE statement SET flags = 0 WHERE position = 6", Kind.FLAGS, 6),
    "an index row is deleted": Tampering(
        "DELETE FROM posting WHERE position = 8 AND via = 0 AND key = KEY_OF_8",
        Kind.POSTING,
        8,
    ),
    "an index row is added": Tampering(
        "INSERT INTO posting (key, position, via, shard) VALUES (KEY_OF_1 | 1, 8, 0, 8)",
        Kind.POSTING,
        8,
    ),
    "an index row has another shard": Tampering(
        "UPDATE posting SET shard = 99 WHERE position = 8 AND via = 0 AND key = KEY_OF_8",
        Kind.POSTING,
        8,
    ),
    "an index row points nowhere": Tampering(
        "INSERT INTO posting (key, position, via, shard) VALUES (KEY_OF_1, 99, 0, 8)",
        Kind.POSTING,
        99,
    ),
    "an index row has an unknown term": Tampering(
        "INSERT INTO posting (key, position, via, shard) VALUES (4000000, 8, 0, 8)",
        Kind.POSTING,
        8,
    ),
    "an inherited row is deleted": Tampering(
        "DELETE FROM posting WHERE position = 4 AND via = 2", Kind.POSTING, 4
    ),
    "an inherited row is added": Tampering(
        "INSERT INTO posting (key, position, via, shard) VALUES (KEY_OF_1, 8, 1, 8)",
        Kind.POSTING,
        8,
    ),
    "an inherited row is one step too far": Tampering(
        "UPDATE posting SET via = 3 WHERE position = 4 AND via = 2", Kind.POSTING, 4
    ),
    "a reference is deleted": Tampering(
        "DELETE FROM reference WHERE position = 3", Kind.REFERENCE, 3
    ),
    "a reference is added": Tampering(
        "INSERT INTO reference (target, position, shard, voids, confined_to)"
        " SELECT id, 8, shard, 0, 0 FROM statement WHERE position = 1",
        Kind.REFERENCE,
        8,
    ),
    "a reference voids": Tampering(
        "UPDATE reference SET voids = 1 WHERE position = 3", Kind.REFERENCE, 3
    ),
    "a reference is confined to a verb": Tampering(
        "UPDATE reference SET confined_to = 1 WHERE position = 6", Kind.REFERENCE, 6
    ),
    "a void is deleted": Tampering("DELETE FROM voided", Kind.VOIDED, 6),
    "a void is added": Tampering(
        "INSERT INTO voided (position, shard) VALUES (8, 8)", Kind.VOIDED, 8
    ),
    "a voiding statement is voided": Tampering(
        "INSERT INTO voided (position, shard) VALUES (6, 6)", Kind.VOIDED, 6
    ),
    "nothing is voided": Tampering(
        "INSERT INTO voided (position, shard) VALUES (99, 6)", Kind.VOIDED, 99
    ),
    "a void has another shard": Tampering("UPDATE voided SET shard = 99", Kind.VOIDED, 5),
    "an attachment is deleted": Tampering("DELETE FROM attachment", Kind.ATTACHMENT, 2),
    "an attachment is changed": Tampering(
        "UPDATE attachment SET content = sha2", Kind.ATTACHMENT, None
    ),
    "an attachment is added": Tampering(
        "INSERT INTO attachment (sha2, content) SELECT digest, salt FROM statement"
        " WHERE position = 1",
        Kind.ATTACHMENT,
        None,
    ),
    "a bitmap can't be read": Tampering(
        "INSERT INTO bitmap (key, segment, positions) SELECT KEY_OF_8, 0, attachment.sha2"
        " FROM attachment",
        Kind.BITMAP,
        0,
    ),
    "a bitmap of a span can't be read": Tampering(
        "INSERT INTO bitmap (key, segment, positions) SELECT KEY_OF_8, -2, attachment.sha2"
        " FROM attachment",
        Kind.BITMAP,
        1 << 22,
    ),
    "a bitmap of a span leaves a statement out": Tampering(
        "INSERT INTO bitmap (key, segment, positions) VALUES (REGISTRATION, -1, EMPTY_BITMAP)",
        Kind.BITMAP,
        8,
    ),
    "a bitmap leaves a statement out": Tampering(
        "INSERT INTO bitmap (key, segment, positions) VALUES (REGISTRATION, 0, EMPTY_BITMAP)",
        Kind.BITMAP,
        8,
    ),
    "a term is deleted": Tampering("DELETE FROM term WHERE number = KEY_OF_1 / 4", Kind.TERM, 1),
    "a term is added": Tampering(
        "INSERT INTO term (digest, number) SELECT id, LAST_TERM + 1 FROM statement"
        " WHERE position = 1",
        Kind.TERM,
        None,
    ),
    "a term number is left out": Tampering(
        "INSERT INTO term (digest, number) SELECT id, LAST_TERM + 2 FROM statement"
        " WHERE position = 1",
        Kind.TERM,
        None,
    ),
    "a definition is changed": Tampering(
        "UPDATE activity_definition SET definition = (SELECT name FROM agent_name)",
        Kind.DEFINITION,
        1,
    ),
    "a definition is another statement's": Tampering(
        "UPDATE activity_definition SET position = 8", Kind.DEFINITION, 8
    ),
    "a name is changed": Tampering("UPDATE agent_name SET name = digest", Kind.NAME, 1),
    "a name is nobody's": Tampering("UPDATE agent_name SET agent = 1000000", Kind.NAME, 1),
    "a name comes from nowhere": Tampering("UPDATE agent_name SET position = 99", Kind.NAME, 99),
    "a migration is forgotten": Tampering(
        "DELETE FROM migration WHERE number = 1", Kind.MIGRATION, None
    ),
    "a migration has another name": Tampering(
        "UPDATE migration SET name = 'other' WHERE number = 1", Kind.MIGRATION, None
    ),
    "a migration is unknown": Tampering(
        "UPDATE migration SET number = 9999 WHERE number = 1", Kind.MIGRATION, None
    ),
}


@contextmanager
def unguarded(raw: RawConnection) -> Iterator[None]:
    """Do without the triggers for a while."""
    if not isinstance(raw, sqlite3.Connection):
        raw.execute("SET session_replication_role = replica")
        yield
        return
    triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        raw.execute(sql)


def _literal(raw: RawConnection, content: bytes) -> str:
    return f"x'{content.hex()}'" if isinstance(raw, sqlite3.Connection) else f"'\\x{content.hex()}'"


def tamper(raw: RawConnection, name: str) -> None:
    """Do to the store what the name says."""
    sql = TAMPERINGS[name].sql
    for capitals, meaning in NAMES.items():
        sql = sql.replace(capitals, meaning)
    sql = sql.replace("EMPTY_BITMAP", _literal(raw, BitMap64().serialize()))
    if "SET id" in sql and not isinstance(raw, sqlite3.Connection):
        raw.execute("ALTER TABLE statement DROP CONSTRAINT statement_check")  # of the shard
    with unguarded(raw):
        assert raw.execute(sql).rowcount > 0


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(furnished: Store, raw: RawConnection, name: str) -> None:
    tampering = TAMPERINGS[name]
    tamper(raw, name)
    found = findings(furnished)
    assert (tampering.kind, tampering.position) in {(each.kind, each.position) for each in found}
    assert all(tampering.kind in str(each) for each in found if each.kind is tampering.kind)


SEEN_IN_A_SAMPLE = {Kind.DIGEST, Kind.PAYLOAD, Kind.ID, Kind.FLAGS, Kind.MIGRATION}


@pytest.mark.parametrize(
    "name",
    [name for name, each in TAMPERINGS.items() if each.kind in SEEN_IN_A_SAMPLE]
    + ["an index row is deleted", "an inherited row is deleted", "a reference is deleted"]
    + ["a void is deleted", "an attachment is deleted", "a statement is deleted"],
)
def test_a_sample_sees_what_is_missing_or_changed(
    furnished: Store, raw: RawConnection, name: str
) -> None:
    tamper(raw, name)
    kinds = {each.kind for each in findings_in_sample(furnished, 1000)}
    assert TAMPERINGS[name].kind in kinds


def test_a_trigger_that_is_missing_is_found(furnished: Store, raw: RawConnection) -> None:
    of_sqlite = isinstance(raw, sqlite3.Connection)
    trigger = "statement_no_update" if of_sqlite else "append_only"
    raw.execute(f"DROP TRIGGER {trigger}" + ("" if of_sqlite else " ON statement"))
    assert [(each.kind, trigger in each.detail) for each in findings(furnished)] == [
        (Kind.ENGINE, True)
    ]


@pytest.mark.parametrize(("table", "column"), [("statement", "payload"), ("agent_name", "name")])
def test_a_value_of_another_type_is_found_in_sqlite_which_takes_any(
    furnished: Store, raw: RawConnection, table: str, column: str
) -> None:
    if not isinstance(raw, sqlite3.Connection):
        pytest.skip("PostgreSQL refuses it")
    with unguarded(raw):
        raw.execute(f"UPDATE {table} SET {column} = CAST({column} AS TEXT) WHERE position = 1")  # noqa: S608
    assert {each.kind for each in findings(furnished)} == {Kind.ENGINE}
    in_sample = {each.kind for each in findings_in_sample(furnished, 1000)}
    assert in_sample == ({Kind.PAYLOAD} if table == "statement" else set())


def test_rows_of_a_text_that_cannot_be_read_are_not_counted_as_wrong(
    furnished: Store, raw: RawConnection
) -> None:
    with unguarded(raw):
        raw.execute("UPDATE statement SET payload = salt WHERE position = 2")
    found = {(each.kind, each.position) for each in findings(furnished)}
    assert {position for kind, position in found if kind is not Kind.ATTACHMENT} == {2}


def test_a_block_that_is_wrong_all_over_is_told_without_reading_the_index_for_each(
    store: Store, raw: RawConnection
) -> None:
    store.append(*(new_statement() for _ in range(30)))
    with unguarded(raw):
        raw.execute("DELETE FROM posting WHERE position > 20")
    found = findings(store)
    assert {each.position for each in found} == set(range(21, 31))
    assert {each.kind for each in found} == {Kind.POSTING}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Lend the file of an SQLite store with some large statements."""
    path = tmp_path / "store.sqlite"
    extensions = {"http://example.org/long": "x" * 3000}
    with closing(open_database(f"sqlite:///{path}")) as database:
        migrate(database)
        statements = [new_statement(context={"extensions": extensions}) for _ in range(20)]
        Store(database).append(*statements)
    return path


def test_a_file_with_a_damaged_page_is_said_to_be_unavailable(file: Path) -> None:
    with file.open("r+b") as pages:
        pages.seek(20 * 4096)
        pages.write(b"\xff" * 4096)
    database = open_database(f"sqlite:///{file}")
    with closing(database), pytest.raises(Unavailable, match="malformed"):
        findings(Store(database))


def test_an_index_that_does_not_go_with_its_table_is_found(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        index = "SELECT * FROM sqlite_master WHERE name = 'statement_stored'"
        described = raw.execute(index).fetchone()
        raw.execute("DELETE FROM sqlite_master WHERE name = 'statement_stored'")
    with closing(sqlite3.connect(file, isolation_level=None)) as raw, unguarded(raw):
        raw.execute("UPDATE statement SET stored = stored + 1 WHERE position = 20")
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", described)
    with closing(open_database(f"sqlite:///{file}")) as database:
        assert {each.kind for each in findings(Store(database))} == {Kind.ENGINE}

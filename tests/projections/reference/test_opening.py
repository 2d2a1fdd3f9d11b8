"""The records store: made once, opened by those who may not make it, read by the server's role."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

from projections import tables
from projections.opening import (
    TABLES,
    create_records,
    grant_records,
    open_records,
    renew_records,
)
from projections.reference.directory import Person
from projections.reference.documents import BADGES, CATALOGUE, import_documents, load_catalogue
from projections.reference.people import import_directory
from projections.reference.vocabulary import import_vocabulary
from projections.runner.source import StoredReference
from projections.translation.vocabulary import Vocabulary
from statements.errors import Unavailable
from tests.plugins.postgresql import connect
from tests.projections.reference.samples import badge_iri, course_iri, make_badge, make_course

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Database

ROLE = "lrs_test_reader"
FORBIDDEN = [
    *(f"DELETE FROM records.{table.name}" for table in tables.metadata.sorted_tables),  # noqa: S608
    *(f"INSERT INTO records.{name} DEFAULT VALUES" for name in ("projection", "lease", "counter")),
    *(f"TRUNCATE records.{table.name}" for table in TABLES),
    *(f"DROP TABLE records.{table.name}" for table in TABLES),
    "ALTER TABLE records.catalogue_course ADD COLUMN more text",
    "CREATE TABLE records.more (n bigint)",
    "INSERT INTO records.later VALUES (1)",
    "DROP SCHEMA records CASCADE",
]


@pytest.fixture
def server_url(postgresql_database: str) -> Iterator[str]:
    """Lend the URL of a database for a role that may do nothing in it."""
    server = make_url(postgresql_database).set(username=ROLE, password="secret")
    with closing(connect(postgresql_database)) as raw:
        raw.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'secret'".encode())
        try:
            yield server.render_as_string(hide_password=False)
        finally:
            raw.execute(f"DROP OWNED BY {ROLE}".encode())
            raw.execute(f"DROP ROLE {ROLE}".encode())


def test_tables_are_made_once(records_url: str) -> None:
    assert create_records(records_url) == [table.name for table in TABLES]
    assert create_records(records_url) == []
    with closing(open_records(records_url)) as first, closing(open_records(records_url)) as second:
        import_documents(first, CATALOGUE, {"courses": [make_course(1)]})
        assert list(second.read(load_catalogue)) == [course_iri(1)]


def test_what_an_older_program_folded_is_thrown_away_and_what_was_imported_stays(
    records_url: str,
) -> None:
    create_records(records_url)
    with closing(open_records(records_url)) as records:
        import_documents(records, CATALOGUE, {"courses": [make_course(1)]})
        rows = [("layout", 1), ("change", 7)]
        records.write(lambda connection: connection.replace(tables.counter, rows))
        assert renew_records(records)
        assert not renew_records(records)
        assert (
            records.read(lambda connection: connection.fetch(tables.counter, [("change",)])) == []
        )
        assert list(records.read(load_catalogue)) == [course_iri(1)]


def test_everything_that_is_folded_by_is_loaded_at_once(records: Database) -> None:
    import_documents(records, CATALOGUE, {"courses": [make_course(1)]})
    import_documents(records, BADGES, {"badges": [make_badge(1)]})
    import_directory(records, {"mbox:mailto:a@example.org": Person("anna")})
    import_vocabulary(records, [{"verb": "urn:a", "kind": "attended"}])
    found = records.snapshot(StoredReference().load)
    assert found.revision == records.read(StoredReference().revision) > 1
    assert list(found.catalogue) == [course_iri(1)]
    assert list(found.badges) == [badge_iri(1)]
    assert found.directory.person("mbox:mailto:a@example.org") == Person("anna")
    assert found.vocabulary.version != Vocabulary().version


def test_a_server_reads_what_the_owner_keeps_and_changes_reference_data_alone(
    postgresql_database: str, server_url: str
) -> None:
    create_records(postgresql_database)
    grant_records(postgresql_database, ROLE)
    grant_records(postgresql_database, ROLE)  # as every deployment does
    with closing(open_records(postgresql_database)) as owner:
        import_documents(owner, CATALOGUE, {"courses": [make_course(1)]})
        owner.write(lambda connection: connection.script("CREATE TABLE later (n bigint)"))
    with closing(open_records(server_url)) as server:
        assert list(server.read(load_catalogue)) == [course_iri(1)]
        assert import_documents(server, CATALOGUE, {"courses": [make_course(2)]}).added == 1
        assert import_documents(server, BADGES, {"badges": [make_badge(1)]}, replace=True).added
        people = {"mbox:mailto:a@example.org": Person("anna")}
        assert import_directory(server, people).added == 1
        assert import_directory(server, {}, replace=True).removed == 1
        assert import_vocabulary(server, [{"verb": "urn:a", "kind": "attended"}]).added == 1
    with closing(connect(server_url)) as raw:
        assert raw.execute("SELECT count(*) FROM records.later").fetchone() == (0,)
        for command in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(command.encode())


def test_who_may_not_make_tables_is_told_that_they_are_missing(
    postgresql_database: str, server_url: str
) -> None:
    with closing(connect(postgresql_database)) as raw:
        raw.execute(b"REVOKE ALL ON SCHEMA public FROM PUBLIC")
    with pytest.raises(Unavailable, match="permission denied"):
        open_records(server_url)


def test_a_role_that_is_no_plain_name_is_refused(postgresql_database: str) -> None:
    with pytest.raises(ValueError, match="role name"):
        grant_records(postgresql_database, "a; DROP SCHEMA records")


def test_there_are_no_roles_on_sqlite_and_no_harm_in_asking(tmp_path: object) -> None:
    grant_records(f"sqlite:///{tmp_path}/records.sqlite3", ROLE)

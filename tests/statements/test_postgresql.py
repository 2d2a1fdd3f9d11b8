"""A PostgreSQL server that goes and comes back: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import psycopg
import pytest
from typing_extensions import override

from statements.credentials import list_credentials
from statements.documents import Collection, Place, Sent, get_document, put_document
from statements.errors import Unavailable
from statements.migrate import migrate
from statements.opening import open_database
from statements.postgresql import PostgreSQL
from statements.prepared import sender
from statements.writer import Writer
from tests.plugins.postgresql import PostgreSQLServer, connect, lend_database
from tests.statements.store import (
    ANNA,
    AUTHORITY,
    COURSE,
    Store,
    counts,
    new_request,
    new_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from statements.connection import Connection
    from statements.postgresql_connection import PostgreSQLConnection

T = TypeVar("T")
DEFINER = sender(AUTHORITY, may_define=True)
PLACE = Place(Collection("state", COURSE, "mbox:x"), "progress")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQLServer]:
    """Lend a server that may be stopped; each test starts it again."""
    with PostgreSQLServer() as server:
        yield server


@pytest.fixture
def url(server: PostgreSQLServer) -> Iterator[str]:
    """Lend a migrated database on it."""
    with lend_database(server.url()) as url:
        with closing(open_database(url)) as database:
            migrate(database)
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Lend a store in it."""
    with closing(open_database(url)) as database:
        yield Store(database)


def restart(server: PostgreSQLServer) -> None:
    """Stop the server as for an update, and start it again."""
    server.stop()
    server.start()


def test_an_append_after_a_restart_works_as_if_nothing_was(
    store: Store, server: PostgreSQLServer
) -> None:
    for number in range(3):
        assert counts(store.append(new_statement())) == (1, 0)
        assert len(store.log()) == number + 1
        restart(server)
    assert [entry.position for entry in store.log()] == [1, 2, 3]


def test_while_the_server_is_away_everything_is_unavailable(
    store: Store, server: PostgreSQLServer
) -> None:
    store.append(new_statement())
    server.stop()
    try:
        for work in (
            lambda: store.append(new_statement()),
            store.log,
            store.database.quiet_since,
            lambda: store.database.snapshot(list_credentials),
            lambda: put_document(store.database, PLACE, Sent("text/plain", b"x")),
        ):
            with pytest.raises(Unavailable):
                work()
    finally:
        server.start()
    assert len(store.log()) == 1
    assert counts(store.append(new_statement())) == (1, 0)


def test_every_request_of_a_flush_is_told_that_the_server_is_away(
    store: Store, server: PostgreSQLServer
) -> None:
    requests = [new_request(new_statement()) for _ in range(3)]

    async def work() -> list[object]:
        appends = store.database.appends(asyncio.to_thread)
        writer = Writer(store.appender, appends)
        try:
            return await asyncio.gather(*map(writer.append, requests))
        finally:
            appends.close()

    server.stop()
    try:
        outcomes = asyncio.run(work())
    finally:
        server.start()
    assert list(map(type, outcomes)) == [Unavailable] * 3
    assert store.log() == []


def test_a_write_on_a_connection_that_was_idle_during_a_restart_works(
    store: Store, server: PostgreSQLServer
) -> None:
    put_document(store.database, PLACE, Sent("text/plain", b"one"))
    restart(server)
    put_document(store.database, PLACE, Sent("text/plain", b"two"))
    found = store.database.read(lambda connection: get_document(connection, PLACE))
    assert found is not None
    assert found.content == b"two"


class Faulty(PostgreSQL):
    """A database whose connection breaks in its next transactions, at a chosen place."""

    before_commit = 0
    after_commit = 0

    @override
    def _locked(
        self, connection: PostgreSQLConnection, key: int, work: Callable[[Connection, int], T]
    ) -> T:
        def then_break(inner: Connection, now: int) -> T:
            result = work(inner, now)
            if self.before_commit:
                self.before_commit -= 1
                self._break(connection)
            return result

        result = super()._locked(connection, key, then_break)
        if self.after_commit:
            self.after_commit -= 1
            self._break(connection)
        return result

    def _break(self, connection: PostgreSQLConnection) -> None:
        """End the session on the server, and meet that."""
        pid = connection.raw.info.backend_pid
        with closing(psycopg.connect(self._url, autocommit=True)) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        connection.script("SELECT 1")


@pytest.fixture
def faulty(url: str) -> Iterator[Faulty]:
    """Lend a database that breaks when told to."""
    with closing(Faulty(url.replace("+psycopg", ""))) as database:
        yield database


def described() -> dict[str, object]:
    """Make a statement with something for every table."""
    definition = {"name": {"en": "Course"}}
    return new_statement(
        actor=ANNA | {"name": "Anna"}, object={"id": COURSE, "definition": definition}
    )


def rows(url: str, table: str) -> list[tuple[object, ...]]:
    """Read a table."""
    with closing(connect(url)) as connection:
        return connection.execute(f"SELECT * FROM {table}".encode()).fetchall()  # noqa: S608


@pytest.mark.parametrize("given", [True, False], ids=["ids-given", "ids-made"])
@pytest.mark.parametrize("fault", ["before_commit", "after_commit"])
def test_an_append_whose_connection_breaks_is_done_exactly_once(
    faulty: Faulty, url: str, fault: str, *, given: bool
) -> None:
    statements = [described(), new_statement()]
    if not given:
        for statement in statements:
            del statement["id"]
    store = Store(faulty)
    store.append(new_statement(object={"id": "http://example.org/other"}))
    setattr(faulty, fault, 1)
    outcome = store.append(*statements, by=DEFINER)
    assert counts(outcome) == ((2, 0) if fault == "before_commit" else (0, 2))
    assert getattr(faulty, fault) == 0
    assert [entry.position for entry in store.log()] == [1, 2, 3]
    assert len(store.found(activity=COURSE)) == 2
    assert len(rows(url, "activity_definition")) == 1
    assert len(rows(url, "agent_name")) == 1


@pytest.mark.parametrize("fault", ["before_commit", "after_commit"])
def test_an_append_that_breaks_twice_is_unavailable_and_may_be_sent_again(
    faulty: Faulty, url: str, fault: str
) -> None:
    request = new_request(described(), new_statement(), by=DEFINER)
    store = Store(faulty)
    setattr(faulty, fault, 2)
    with pytest.raises(Unavailable):
        store.appender.append([request])
    assert sum(counts(store.appender.append([request])[0])) == 2
    assert [entry.position for entry in store.log()] == [1, 2]
    assert len(rows(url, "activity_definition")) == 1


def test_a_write_that_may_have_been_committed_is_not_repeated(faulty: Faulty) -> None:
    put_document(faulty, PLACE, Sent("text/plain", b"one"))
    faulty.after_commit = 1
    with pytest.raises(Unavailable):
        put_document(faulty, PLACE, Sent("text/plain", b"two"))
    found = faulty.read(lambda connection: get_document(connection, PLACE))
    assert found is not None
    assert found.content == b"two"


def test_a_killed_server_keeps_what_was_acknowledged(
    store: Store, server: PostgreSQLServer
) -> None:
    acknowledged = []

    def append_until_it_fails() -> None:
        while True:
            statement = new_statement()
            try:
                store.append(statement)
            except Unavailable:
                return
            acknowledged.append(statement["id"])
            if len(acknowledged) == 20:
                threads.submit(server.kill)

    with ThreadPoolExecutor(2) as threads:
        threads.submit(append_until_it_fails).result()
    server.start()
    ids = store.ids()
    assert ids[: len(acknowledged)] == acknowledged
    assert len(ids) - len(acknowledged) <= 1  # the one that was not answered
    assert len(acknowledged) >= 20

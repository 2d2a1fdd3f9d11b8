"""SQL over the lake reads it and does nothing else, within its limits."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer
from typing import TYPE_CHECKING

import duckdb
import pytest

from analytics.database_file import write_database
from analytics.errors import BadQuery, LakeMissing, QueryStopped, QueryTooLarge
from analytics.session import Limits, connect
from analytics.store import Folder
from tests.analytics.lakes import World, lend_world
from tests.statements.store import new_statement, new_void

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.session import Session

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 7"
WRONG = [
    "",
    "SELEC 1",
    "SELECT nobody FROM statements",
    "FROM nothing",
    "SELECT 1; SELECT 2",
    "SELECT 'a'::INTEGER",
    "SELECT ? + 1",
]
FORBIDDEN = [
    "CREATE TABLE mine (n INTEGER)",
    "CREATE VIEW mine AS SELECT 1",
    "DROP VIEW statements",
    "INSERT INTO statements SELECT 1",
    "DELETE FROM statements",
    "COPY (SELECT 1) TO '{lake}/statements/mine.parquet'",
    "COPY (SELECT 1) TO '{segment}' (USE_TMP_FILE false)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{segment}' (USE_TMP_FILE false)",
    "EXPORT DATABASE '{lake}'",
    "ATTACH '{lake}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 64",
    "SET enable_external_access = true",
    "RESET memory_limit",
    "PRAGMA enable_external_access",
    "CALL pragma_version()",
    "FROM read_text('/etc/hostname')",
    "FROM glob('/*')",
    "FROM read_csv('https://example.org/x.csv')",
    "FROM read_parquet('{lake}/**/*.parquet')",
    "FROM '{lake}/manifest.json'",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{segment}''')",
]
READING = [
    "SELECT 1",
    "WITH one AS (SELECT 1) FROM one",
    "FROM statements",
    "VALUES (1), (2)",
    "DESCRIBE statements",
    "SHOW TABLES",
    "SUMMARIZE SELECT position FROM statements",
    "EXPLAIN SELECT count(*) FROM statements",
    "EXPLAIN ANALYZE SELECT count(*) FROM statements",
    "PIVOT (SELECT verb FROM statements) ON verb USING count(*)",
    "SELECT statement ->> '$.verb.id' FROM statements",
    "SELECT unnest(parent || ['none']) FROM statements",
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lend a lake that nobody changes."""
    with lend_world(tmp_path_factory.mktemp("filled")) as world:
        statements = [new_statement() for _ in range(3)]
        world.log.append(*statements, new_void(statements[0]["id"]))
        world.export()
        yield world


@pytest.fixture
def session(filled: World) -> Iterator[Session]:
    """Lend a session over it."""
    with connect(filled.folder / "lake") as session:
        yield session


@pytest.mark.parametrize("sql", READING)
def test_what_reads_is_answered(session: Session, sql: str) -> None:
    assert session.query(sql).table().num_rows > 0


@pytest.mark.parametrize("sql", WRONG)
def test_what_is_wrong_is_refused_with_a_reason(session: Session, sql: str) -> None:
    with pytest.raises(BadQuery) as refused:
        session.query(sql).table()
    assert len(str(refused.value)) > 10
    assert session.query("SELECT 1").table().num_rows == 1


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_would_do_more_is_refused(filled: World, session: Session, sql: str) -> None:
    lake = filled.folder / "lake"
    segment = lake / filled.paths()[0]
    before = segment.read_bytes(), sorted(lake.rglob("*"))
    with pytest.raises(BadQuery):
        session.query(sql.format(lake=lake, segment=segment)).table()
    assert (segment.read_bytes(), sorted(lake.rglob("*"))) == before


def test_the_views_and_their_rows(session: Session) -> None:
    assert session.views == ["statements", "voided"]
    assert [row["name"] for row in session.query("SHOW TABLES").table().to_pylist()] == [
        "statements",
        "voided",
    ]
    found = session.query("SELECT count(*) AS n FROM statements WHERE NOT voided").table()
    assert found.to_pylist() == [{"n": 3}]


@pytest.mark.parametrize(
    ("sql", "looked_up"),
    [
        ("SELECT verb, count(*) FROM statements GROUP BY verb", False),
        ("SELECT count(*) FROM statements WHERE NOT voided", True),
    ],
)
def test_voided_statements_are_looked_up_for_who_asks_only(
    session: Session, sql: str, *, looked_up: bool
) -> None:
    (plan,) = session.query(f"EXPLAIN {sql}").table().to_pylist()
    assert ("Join" in plan["explain_value"]) == looked_up


def test_parameters_are_values_and_no_sql(session: Session) -> None:
    asked = session.query("SELECT ? AS given", ["'; DROP VIEW statements"])
    assert asked.table().to_pylist() == [{"given": "'; DROP VIEW statements"}]
    named = session.query("SELECT $n + 1 AS given", {"n": 1})
    assert named.table().to_pylist() == [{"given": 2}]


def test_a_query_that_takes_too_long_is_stopped(filled: World) -> None:
    with connect(filled.folder / "lake", Limits(seconds=0.2)) as session:
        began = time.monotonic()
        with pytest.raises(QueryStopped, match=r"longer than 0\.2 s"):
            session.query(ENDLESS)
        assert time.monotonic() - began < 5
        assert session.query("SELECT 1").table().num_rows == 1


def test_a_query_is_cancelled_from_another_thread(session: Session) -> None:
    timer = Timer(0.2, session.cancel)
    timer.start()
    with pytest.raises(QueryStopped, match="cancelled"):
        session.query(ENDLESS)
    timer.join()
    slow = session.query("SELECT range FROM range(1000000000000)")
    batches = slow.batches()
    next(batches)
    slow.cancel()
    with pytest.raises(QueryStopped):
        list(batches)


def test_too_many_rows_are_refused_and_too_much_memory(filled: World) -> None:
    with connect(filled.folder / "lake", Limits(rows=10)) as session:
        assert session.query("FROM range(10)").table().num_rows == 10
        with pytest.raises(QueryTooLarge, match="LIMIT"):
            session.query("FROM range(11)").table()
    small = Limits(memory_bytes=50_000_000, disk_bytes=1_000_000)
    with connect(filled.folder / "lake", small) as session:
        with pytest.raises(QueryTooLarge, match="memory"):
            session.query("SELECT array_agg(range || 'a long text') FROM range(10000000)").table()
        assert session.query("SELECT 1").table().num_rows == 1


def test_rows_come_as_they_are_asked_for(session: Session) -> None:
    with session.query("SELECT range, repeat('x', 1000) FROM range(1000000000)") as result:
        assert next(result.batches()).num_rows > 0  # all of it would be a terabyte


def test_a_session_sees_one_state_until_it_is_refreshed_or_its_files_are_gone(
    world: World,
) -> None:
    world.log.append(*(new_statement() for _ in range(8)))
    world.export()
    count = "SELECT count(*) AS n FROM statements WHERE verb LIKE '%'"
    with connect(world.store) as session:
        assert not session.refresh()
        world.log.append(new_statement())
        world.export()
        assert session.query(count).table().to_pylist() == [{"n": 8}]
        assert session.refresh()
        assert session.query(count).table().to_pylist() == [{"n": 9}]
        world.log.append(*(new_statement() for _ in range(8)))
        world.grace_seconds = 0
        assert session.query(count).table().to_pylist() == [{"n": 9}]
        assert world.export().merges == 1
        assert session.query(count).table().to_pylist() == [{"n": 17}]  # it had to look again


def test_where_there_is_no_lake(tmp_path: Path) -> None:
    with pytest.raises(LakeMissing, match="export"):
        connect(tmp_path / "nothing")
    with pytest.raises(LakeMissing, match="export"):
        write_database(Folder(tmp_path / "nothing"), tmp_path / "views.duckdb")
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(LakeMissing, match="format 99"):
        connect(tmp_path)


def test_an_empty_log_has_views_without_rows(world: World) -> None:
    world.export()
    assert world.ask("SELECT count(*) AS n FROM statements") == [{"n": 0}]


def test_a_file_of_views_is_opened_read_only_and_sees_later_exports(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    file = world.folder / "views.duckdb"
    assert write_database(world.store, file) == ["statements", "voided"]
    world.log.append(new_statement())
    world.export()
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM statements").fetchall() == [(2,)]
    assert write_database(world.store, file) == ["statements", "voided"]
    assert not Path(f"{file}.new").exists()


def test_readers_go_on_while_segments_are_merged(world: World) -> None:
    world.log.append(new_statement())
    world.export()
    seen: list[int] = []
    is_over = Event()

    def read() -> None:
        with connect(world.store) as session:
            while not is_over.is_set():
                session.refresh()
                counted = session.query("SELECT count(*), max(position) FROM statements").table()
                rows, last = (column.to_pylist()[0] for column in counted.columns)
                assert rows == last
                seen.append(rows)

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read)
        for _ in range(25):
            world.log.append(new_statement())
            world.export()
        is_over.set()
        reading.result()
    assert seen == sorted(seen)
    assert len(set(seen)) > 1

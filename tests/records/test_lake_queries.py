"""`POST /analytics/query`: SQL over the lake for those who may, and within limits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from lrs.app import build_app
from lrs.lake import lake_exporter
from lrs.metrics import Metrics
from lrs.queries import running
from lrs.record_limits import NO_LIMITS, Limits
from lrs.services import Services
from tests.http.asgi import Response, ask
from tests.http.test_metrics import figures
from tests.records.house import House
from tests.statements.store import Store as Log
from tests.statements.store import new_statement

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import Message

Json = dict[str, Any]

COUNT = "SELECT count(*) AS n FROM statements"
ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 1"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[House]:
    """Lend a house with three statements and no lake."""
    house = House(tmp_path, f"sqlite:///{tmp_path / 'records.sqlite3'}")
    house.found()
    Log(house.log).append(*(new_statement() for _ in range(3)))
    yield house
    house.close()


@pytest.fixture
def lake(bare: House) -> House:
    """Lend a house with a lake."""
    lake_exporter(bare.settings, bare.log, bare.database).run()
    return bare


def with_settings(house: House, **changes: object) -> House:
    """Let the application have other settings."""
    settings = replace(house.settings, **changes)  # type: ignore[arg-type]  # a test knows them
    kept = house.services
    house.services = Services(settings, kept.store, Metrics(), kept.records)
    house.app = build_app(house.services, None)
    return house


def fields(house: House, kind: str = "application/json", **more: str) -> dict[str, str]:
    who = house.credential("analytics/read")
    return {"authorization": who, "content-type": kind} | more


def post(house: House, body: bytes | Json, /, headers: dict[str, str] | None = None) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = ask(
        house.app, "POST /analytics/query", headers=headers or fields(house), chunks=[content]
    )
    return asyncio.run(request)


def sql(house: House, query: str) -> Response:
    return post(house, {"sql": query})


def error(response: Response) -> tuple[int, str, str]:
    body = json.loads(response.body)
    return response.status, body["error"], body["message"]


def test_an_answer_is_json_by_default(lake: House) -> None:
    response = sql(lake, COUNT)
    assert (response.status, json.loads(response.body)) == (200, [{"n": 3}])
    assert response.header("content-type") == "application/json"
    assert response.header("cache-control") == "no-store"
    assert response.header("x-experience-api-version") == "2.0.0"
    assert response.complete


def test_a_lake_in_a_bucket_is_asked_like_one_in_a_folder(bare: House, bucket: str) -> None:
    with_settings(bare, analytics_url=bucket)
    assert error(sql(bare, COUNT))[:2] == (503, "no_lake")
    lake_exporter(bare.services.settings, bare.log, bare.database).run()
    assert json.loads(sql(bare, COUNT).body) == [{"n": 3}]
    assert error(sql(bare, "FROM read_text('/etc/passwd')"))[:2] == (400, "bad_query")


def test_sql_may_be_the_body_and_the_format_that_of_accept(lake: House) -> None:
    response = post(lake, COUNT.encode(), fields(lake, "text/plain", accept="text/csv"))
    assert (response.status, response.body.split()) == (200, [b"n", b"3"])


def test_an_answer_can_be_arrow(lake: House) -> None:
    response = post(lake, {"sql": COUNT, "format": "arrow"})
    assert pa.ipc.open_stream(response.body).read_all().to_pylist() == [{"n": 3}]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"{", "application/json", "can't be read"),
        (b'{"sql": "SELECT 1", "rows": 3}', "application/json", "rows"),
        (b'{"sql": "SELECT 1", "format": "xml"}', "application/json", "xml"),
        (b'{"sql": "  "}', "application/json", "is empty"),
        (b"\xff", "text/plain", "can't be read"),
        (b"SELECT 1", "application/sql", "application/json"),
    ],
)
def test_a_body_that_is_no_query_is_refused(lake: House, body: bytes, kind: str, said: str) -> None:
    response = post(lake, body, fields(lake, kind))
    status, _, message = error(response)
    assert status == 400
    assert said in message


def test_a_long_query_is_refused_before_it_is_read(lake: House) -> None:
    query = b"SELECT 1" + b" " * 100_000
    length = {"content-length": str(len(query))}
    assert post(lake, query, fields(lake, "text/plain", **length)).status == 413


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT nothing FROM statements", "LINE 1: SELECT nothing FROM statements"),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT 1; SELECT 2", "one query at a time"),
        ("CREATE TABLE x (y INTEGER)", "can only be read"),
        ("SET threads = 100", "can only be read"),
        ("ATTACH '/tmp/x.db'", "can only be read"),
        ("INSTALL httpfs", "can only be read"),
        ("COPY (SELECT 1) TO '/tmp/x.csv'", "can only be read"),
        ("FROM read_text('/etc/passwd')", "the views and nothing else"),
        ("FROM '/etc/passwd'", ""),
        ("FROM glob('/etc/*')", "the views and nothing else"),
        ("FROM read_csv('http://127.0.0.1:9/x')", ""),
        ("SELECT getenv('PATH')", ""),
    ],
)
def test_what_is_wrong_or_more_than_reading_is_a_bad_query(
    lake: House, query: str, said: str
) -> None:
    status, code, message = error(sql(lake, query))
    assert (status, code) == (400, "bad_query")
    assert said in message


def test_who_may_ask(lake: House) -> None:
    query = json.dumps({"sql": COUNT}).encode()

    def status(*scopes: str, limits: Limits = NO_LIMITS) -> int:
        who = {"authorization": lake.credential(*scopes, limits=limits)}
        return post(lake, query, who).status

    assert status("all") == 200
    assert [status("all/read"), status("records/read"), status("statements/read")] == [403] * 3
    assert status("all", limits=Limits(employers=frozenset({"Ville"}))) == 403
    assert post(lake, query, {"x": "y"}).status == 401


def test_before_the_first_export_there_is_nothing_to_ask(bare: House) -> None:
    response = sql(bare, COUNT)
    assert error(response)[:2] == (503, "no_lake")
    assert str(bare.settings.data_dir) not in response.body.decode()
    assert response.header("retry-after")


def test_a_query_that_takes_too_long_is_stopped(lake: House) -> None:
    with_settings(lake, analytics_query_seconds=0.5)
    assert error(sql(lake, ENDLESS)) == (
        503, "query_stopped", "the query took longer than 0.5 s",
    )  # fmt: skip


def test_an_answer_of_too_many_rows_is_refused(lake: House) -> None:
    with_settings(lake, analytics_query_rows=10)
    assert sql(lake, "FROM range(10)").status == 200
    assert error(sql(lake, "FROM range(11)"))[:2] == (400, "query_too_large")


def test_an_answer_that_has_begun_is_broken_off(lake: House) -> None:
    with_settings(lake, analytics_query_rows=300_000)
    response = sql(lake, "FROM range(400000)")
    assert (response.status, response.complete) == (200, False)


def test_a_query_that_needs_too_much_memory_is_refused(lake: House) -> None:
    with_settings(lake, analytics_memory_bytes=50_000_000, analytics_disk_bytes=0)
    response = sql(lake, "SELECT list(range) FROM range(100000000)")
    assert error(response)[:2] == (400, "query_too_large")


def test_a_process_that_the_kernel_ends_harms_nobody(lake: House) -> None:
    with_settings(lake, analytics_memory_bytes=50_000_000)
    response = sql(lake, "SELECT repeat('x', 3000000000) AS x")  # one value: DuckDB does not count
    assert response.status == 400, response.body
    assert sql(lake, COUNT).status == 200


def test_a_query_is_told_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LRS_DATABASE_URL", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    found = running._environment()  # noqa: SLF001  # what it leaves out shows nowhere
    assert found.get("AWS_SECRET_ACCESS_KEY") == "secret"
    assert list(found.values()).count("secret") == 1


class Client:
    """A client that waits, until it goes away."""

    def __init__(self, house: House, query: str) -> None:
        self._gone = asyncio.Event()
        self._begun = asyncio.Event()
        body = json.dumps({"sql": query}).encode()
        self._messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self.answer = b""
        given = fields(house) | {"content-length": str(len(body))}
        headers = [(k.encode(), v.encode()) for k, v in given.items()]
        scope: Json = {"type": "http", "method": "POST", "path": "/analytics/query"}
        scope |= {"query_string": b"", "headers": headers, "state": {}}
        self.task = asyncio.ensure_future(house.app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        self._begun.set()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.answer += message.get("body", b"")

    async def ask(self) -> None:
        """Wait until the query is being answered."""
        await self._begun.wait()

    async def go(self) -> None:
        """Go away, and wait until the server has noticed."""
        self._gone.set()
        await self.task


@asynccontextmanager
async def asking(house: House, query: str) -> AsyncIterator[Client]:
    client = Client(house, query)
    await client.ask()
    yield client
    await client.go()


def children() -> list[int]:
    """Processes of queries that this process has."""
    mine = Path(f"/proc/self/task/{Path('/proc/thread-self').resolve().name}/children")
    numbers = mine.read_text().split()
    lines = {number: Path(f"/proc/{number}/cmdline").read_bytes() for number in numbers}
    return [int(number) for number, line in lines.items() if b"lrs.queries.process" in line]


def test_more_queries_than_may_run_are_sent_away(lake: House) -> None:
    with_settings(lake, analytics_queries=1)

    async def work() -> None:
        headers, body = fields(lake), [json.dumps({"sql": COUNT}).encode()]
        async with asking(lake, ENDLESS):
            second = await ask(lake.app, "POST /analytics/query", headers=headers, chunks=body)
        assert error(second)[:2] == (503, "overloaded")
        assert second.header("retry-after")
        third = await ask(lake.app, "POST /analytics/query", headers=headers, chunks=body)
        assert third.status == 200

    asyncio.run(work())


def figures_of(house: House) -> dict[str, float]:
    """Figures of queries, but for the buckets."""
    found = figures(house.services.metrics.render().decode())
    names = {name: name.removeprefix("lrs_") for name in found if "quer" in name}
    return {short: found[name] for name, short in names.items() if "bucket" not in name}


def test_queries_are_counted_by_what_became_of_them(lake: House) -> None:
    with_settings(lake, analytics_query_rows=300_000)
    body = sql(lake, COUNT).body
    assert sql(lake, "SELEC 1").status == 400
    found = figures_of(lake)
    assert found["queries_total answered"] == found["queries_total bad_query"] == 1
    assert found["query_answer_bytes_total"] == len(body)
    assert found["query_seconds_count"] == 2
    assert not sql(lake, "FROM range(400000)").complete
    assert figures_of(lake)["queries_total broken_off"] == 1


def test_what_runs_and_what_is_sent_away_is_counted(lake: House) -> None:
    with_settings(lake, analytics_queries=1)

    async def work() -> None:
        headers, body = fields(lake), [json.dumps({"sql": COUNT}).encode()]
        async with asking(lake, ENDLESS):
            assert lake.services.queries.running == 1
            await ask(lake.app, "POST /analytics/query", headers=headers, chunks=body)
            assert figures_of(lake)["queries_total overloaded"] == 1
        assert lake.services.queries.running == 0
        assert figures_of(lake)["queries_total client_gone"] == 1

    asyncio.run(work())


def spilt(folder: Path) -> list[Path]:
    return list(folder.glob("lrs-analytics-*"))


def test_a_query_that_is_killed_leaves_nothing(
    lake: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)

    async def work() -> None:
        async with asking(lake, ENDLESS):
            while not spilt(folder):
                await asyncio.sleep(0.05)
            (number,) = children()
            os.kill(number, signal.SIGKILL)
            while spilt(folder):
                await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(work(), 30))


def test_a_query_ends_when_its_client_goes_away(lake: House) -> None:
    async def work() -> None:
        async with asking(lake, ENDLESS) as client:
            await asyncio.sleep(1)
            assert len(children()) == 1
        assert (client.answer, children()) == (b"", [])

    asyncio.run(work())

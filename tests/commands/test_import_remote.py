"""`lrs import` from another record store: one of our own, and some that behave oddly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from lrs.importing import patience
from lrs.importing.patience import PatientClient
from lrs.importing.sources import SourceError
from tests.commands.samples import without
from tests.commands.scripted import Answer, Request, Scripted, scripted
from tests.conformance.client import Client
from tests.conformance.multipart import HEADERS, encode_statements
from tests.conformance.samples import (
    hash_content,
    make_agent,
    make_attachment,
    make_statement,
    refer_to,
    void,
)
from tests.plugins.server import COMMAND, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.commands.called import Called, Lrs
    from tests.plugins.server import Credential, LrsServer

Json = dict[str, Any]

SECRET = "the secret of the other store"
CONTENTS = [os.urandom(2000), b"--boundary\r\n\r\n", b""]
STORED = "2026-01-05T08:12:{:02}.000Z"


class Source(NamedTuple):
    """A running store, and what it has in it."""

    server: LrsServer
    credential: Credential
    statements: list[Json]
    visible: list[Json]  # without those that were voided


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Lend a running store with attachments, voids, references and both versions."""
    with serve(tmp_path_factory.mktemp("source")) as server:
        credential = server.create_credential("reader")
        with Client(server.endpoint, credential, "2.0.0") as client:
            fill(client)
        exports = (server.run("export", voided) for voided in ("--voided", "--no-voided"))
        all_, visible = ([json.loads(line) for line in lines.splitlines()] for lines in exports)
        yield Source(server, credential, all_, visible)


def fill(client: Client) -> None:
    """Store statements of all kinds."""
    gone, also_gone = make_statement(attachments=[make_attachment(CONTENTS[0])]), make_statement()
    agents = [{"objectType": "contextAgent", "agent": make_agent()}]
    batches = [
        ([gone, also_gone], CONTENTS[:1]),
        ([make_statement(attachments=[make_attachment(each)]) for each in CONTENTS], CONTENTS),
        ([void(gone), make_statement(object=refer_to(gone)), void(make_statement())], []),
        ([make_statement(context={"contextAgents": agents}) for _ in range(12)], []),
        ([make_statement(), void(also_gone)], []),
    ]
    for statements, contents in batches:
        body = encode_statements(statements, *contents)
        answer = client.send("POST", "statements", body, HEADERS)
        assert answer.status_code == 200, answer.text


def import_from(
    lrs: Lrs, endpoint: str, *options: object, key: str = "key", secret: str = SECRET
) -> Called:
    """Import, the secret in its variable."""
    arguments = ("import", endpoint, "--key", key, "--json", *options)
    called = lrs(*arguments, LRS_IMPORT_SECRET=secret, NO_PROXY="127.0.0.1")
    assert secret not in called.err
    return called


def contents_of(lrs: Lrs, folder: Path) -> dict[str, bytes]:
    """Export the attachments of a store."""
    lrs("export", folder.with_suffix(".jsonl"), "--attachments", folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def assert_has_all(lrs: Lrs, source: Source) -> None:
    """Compare stores: the order is that of arrival, voided ones arrive with what voids them."""
    assert in_order_of_id(lrs.statements()) == in_order_of_id(source.statements)
    assert in_order_of_id(lrs.statements("--no-voided")) == in_order_of_id(source.visible)
    assert lrs("check").status == 0


def in_order_of_id(statements: list[Json]) -> list[Json]:
    """Sort statements, without what each store sets."""
    return [without(each, "stored") for each in sorted(statements, key=lambda each: each["id"])]


@pytest.mark.parametrize("page_size", [1, 5, 500])
def test_all_of_another_store_comes_with_attachments_and_what_was_voided(
    lrs: Lrs, tmp_path: Path, source: Source, page_size: int
) -> None:
    endpoint, (key, secret) = source.server.endpoint, astuple(source.credential)
    called = import_from(lrs, endpoint, "--page-size", page_size, key=key, secret=secret)
    assert (called.status, called.err) == (0, "")
    report = called.json
    assert (report["new"], report["refused"], report["conflicts"]) == (len(source.statements), 0, 0)
    assert_has_all(lrs, source)
    assert contents_of(lrs, tmp_path / "out") == {hash_content(each): each for each in CONTENTS}


def test_a_killed_import_goes_on_where_it_was(lrs: Lrs, source: Source) -> None:
    key, secret = astuple(source.credential)
    process: subprocess.Popen[bytes] | None = None
    lists = 0

    def pass_on(request: Request) -> Answer:
        nonlocal lists
        lists += request.path.endswith("/statements") and "voidedStatementId" not in request.query
        if process is not None and lists == 4:
            process.send_signal(signal.SIGKILL)
            process.wait()
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        got = httpx.get(source.server.url + request.target, headers=headers, trust_env=False)
        return Answer(got.content, got.status_code, {"Content-Type": got.headers["Content-Type"]})

    with scripted(pass_on) as proxy:
        own = {"LRS_DATA_DIR": str(lrs.folder), "LRS_IMPORT_SECRET": secret}
        process = subprocess.Popen(  # noqa: S603  # the command under test
            [COMMAND, "import", proxy.endpoint, "--key", key, "--page-size", "3"],
            env=os.environ | own | {"NO_PROXY": "127.0.0.1"},
        )
        assert process.wait() == -signal.SIGKILL
        process = None
        before = len(lrs.statements())
        assert 0 < before < len(source.statements)
        again = import_from(lrs, proxy.endpoint, key=key, secret=secret)
        assert again.json["new"] == len(source.statements) - before
        assert any("since" in request.query for request in proxy.requests)
    assert_has_all(lrs, source)


def test_a_later_import_asks_for_what_came_since(lrs: Lrs) -> None:
    with scripted(Listing(3)) as store:
        assert import_from(lrs, store.endpoint).json["new"] == 3
        store.answer = Listing(5)
        again = import_from(lrs, store.endpoint)
    assert (again.json["new"], again.json["known"]) == (2, 3)
    lists = [request.query for request in store.requests if request.path == "/xapi/statements"]
    assert [query.get("since") for query in lists] == [None, "2026-01-05T08:11:03.000000Z"]


def test_a_bookmark_of_a_store_that_was_made_anew_counts_for_nothing(lrs: Lrs) -> None:
    with scripted(Listing(3)) as store:
        import_from(lrs, store.endpoint)
        for file in lrs.folder.glob("lrs.sqlite3*"):
            file.unlink()
        assert lrs("migrate").status == 0
        assert import_from(lrs, store.endpoint).json["new"] == 3


@pytest.mark.parametrize("spoil", ["restart", "illegible", "another key"])
def test_a_bookmark_can_be_left_or_lost(lrs: Lrs, spoil: str) -> None:
    with scripted(Listing(3)) as store:
        import_from(lrs, store.endpoint)
        if spoil == "illegible":
            for file in (lrs.folder / "imports").iterdir():
                file.write_text("{")
        key = "another" if spoil == "another key" else "key"
        options = ["--restart"] if spoil == "restart" else []
        assert import_from(lrs, store.endpoint, *options, key=key).json["known"] == 3
    assert [each.query.get("since") for each in store.requests if each.query] == [None, None]


def test_a_store_that_does_not_keep_the_order_gets_no_bookmark(lrs: Lrs) -> None:
    with scripted(Listing(3, newest_first=True)) as store:
        assert import_from(lrs, store.endpoint).json["new"] == 3
        assert import_from(lrs, store.endpoint).json["known"] == 3
    assert [each.query.get("since") for each in store.requests if each.query] == [None, None]


def test_the_newest_version_that_the_other_store_knows_is_spoken(lrs: Lrs) -> None:
    with scripted(Listing(1, versions=["1.0.3"])) as store:
        import_from(lrs, store.endpoint)
        store.answer = Listing(1, versions=["1.0.3", "2.0.0"])
        import_from(lrs, store.endpoint)
        import_from(lrs, store.endpoint, "--xapi-version", "1.0.3")
    spoken = [each.headers["x-experience-api-version"] for each in store.requests if each.query]
    assert spoken == ["1.0.3", "2.0.0", "1.0.3"]


def test_pages_are_followed_by_relative_and_absolute_links(lrs: Lrs) -> None:
    first, second, third = (listed(number) for number in range(3))

    def answer(request: Request) -> Answer:
        if request.target == "/more/2":
            return page([second], more=f"{store.endpoint}/statements?page=3")
        if "page" in request.query:
            return page([third])
        return page([first], more="/more/2") if request.query else Answer(status=404)

    with scripted(answer) as store:
        assert import_from(lrs, store.endpoint + "/").json["new"] == 3


@pytest.mark.parametrize(
    "more", ["http://elsewhere.example/xapi", "//elsewhere.example", "https://127.0.0.1/"]
)
def test_the_secret_is_not_sent_to_another_place(lrs: Lrs, more: str) -> None:
    with scripted(page([listed(0)], more=more)) as store:
        called = import_from(lrs, store.endpoint)
    assert called.status == 1
    assert "where the secret is not sent" in called.err
    assert called.json["new"] == 1


def test_a_store_that_has_moved_is_not_followed(lrs: Lrs) -> None:
    moved = Answer(status=301, headers={"Location": "http://elsewhere.example/xapi"})
    with scripted(moved) as store:
        called = import_from(lrs, store.endpoint)
    assert (called.status, len(store.requests)) == (1, 1)
    assert "has moved to http://elsewhere.example/xapi" in called.err


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(status=401), "answers 401: the key may not read statements there"),
        (Answer(status=403), "answers 403: the key may not read statements there"),
        (Answer(b"no such\npage", status=400), "answers 400 to /xapi/about: no such page"),
        (Answer(b"<html>"), "the answer is no list of statements"),
        (Answer(b'{"statements": 1}'), "the answer is no list of statements"),
        (Answer(b"", headers=HEADERS), "the answer's parts are not in order"),
    ],
)
def test_an_answer_that_is_none_is_told_in_a_line(lrs: Lrs, answer: Answer, message: str) -> None:
    with scripted(answer) as store:
        called = import_from(lrs, store.endpoint)
    assert called.status == 1
    assert message in called.err
    assert len(called.err.splitlines()) == 1


def test_a_page_without_attachments_may_be_plain_json_and_a_refused_statement_is_told(
    lrs: Lrs, tmp_path: Path
) -> None:
    spoiled = listed(1) | {"actor": {}}
    refused = tmp_path / "refused.jsonl"
    with scripted(page([listed(0), spoiled, listed(2)])) as store:
        called = import_from(lrs, store.endpoint, "--refused", refused)
    assert (called.status, called.json["new"], called.json["refused"]) == (3, 2, 1)
    told = json.loads(refused.read_text())
    assert (told["number"], told["line"], told["id"]) == (2, None, spoiled["id"])
    assert f"refused: statement 2 ({spoiled['id']}): $.actor" in called.err


def test_an_attachment_that_came_damaged_refuses_its_statement_alone(lrs: Lrs) -> None:
    good = listed(0) | {"attachments": [make_attachment(b"good")]}
    bad = listed(1) | {"attachments": [make_attachment(b"what it should be")]}
    body = encode_statements({"statements": [good, bad], "more": ""}, b"good", b"damaged")
    body = body.replace(
        hash_content(b"damaged").encode(), hash_content(b"what it should be").encode()
    )
    with scripted(Answer(body, headers=HEADERS)) as store:
        called = import_from(lrs, store.endpoint)
    assert (called.status, called.json["new"], called.json["refused"]) == (3, 1, 1)
    assert "has another hash" in called.err


def test_the_secret_can_stand_in_a_file_and_is_needed(lrs: Lrs, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    with scripted(Listing(1)) as store:
        arguments = ("import", store.endpoint, "--key", "key")
        called = lrs(*arguments, "--secret-file", file, NO_PROXY="127.0.0.1")
        assert called.status == 0
        login = httpx.Request("GET", store.endpoint, headers=store.requests[0].headers)
        expected = next(httpx.BasicAuth("key", SECRET).auth_flow(login)).headers["Authorization"]
        assert store.requests[0].headers["authorization"] == expected
        assert lrs(*arguments).status == lrs("import", store.endpoint).status == 2
    assert "LRS_IMPORT_SECRET" in lrs(*arguments).err


class Listing:
    """Answers as a store with so many statements, a second from each to the next."""

    def __init__(
        self, count: int, *, newest_first: bool = False, versions: list[str] | None = None
    ) -> None:
        self._statements = [listed(number) for number in range(1, count + 1)]
        if newest_first:
            self._statements.reverse()
        self._versions = versions or ["1.0.3"]

    def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        if request.path.endswith("/about"):
            return Answer(json.dumps({"version": self._versions}).encode())
        return page(self._statements)


def listed(number: int) -> Json:
    """Make a statement as a store lists it."""
    statement = make_statement(
        id=f"00000000-0000-4000-8000-{number:012}",
        actor={"mbox": "mailto:anna@example.org"},
        verb={"id": "http://example.org/did"},
        object={"id": "http://example.org/it"},
    )
    return statement | {"stored": STORED.format(number), "authority": make_agent()}


def page(statements: list[Json], more: str = "") -> Answer:
    """Answer with a list."""
    return Answer(json.dumps({"statements": statements, "more": more}).encode())


class Nap:
    """Remembers how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Do not sleep."""
        self.seconds.append(seconds)


@pytest.fixture
def nap(monkeypatch: pytest.MonkeyPatch) -> Nap:
    """Lend a short sleep, and no proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Nap()


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """Give one answer after the other."""
    left = iter(answers)
    return lambda _: next(left)


def ask(store: Scripted, nap: Nap, rate: float | None = None, times: int = 1) -> httpx.Response:
    """Ask a store as an import does."""
    client = PatientClient("key", SECRET, rate, nap)
    try:
        for _ in range(times):
            response = client.get(store.endpoint)
    finally:
        client.close()
    return response


def test_a_busy_store_is_asked_again_later_and_later_or_when_it_says(nap: Nap) -> None:
    asked = {"Retry-After": "7"}
    busy = [Answer(status=503), Answer(status=500), Answer(status=429, headers=asked)]
    with scripted(in_turn(*busy, Answer(b"at last"))) as store:
        assert ask(store, nap).content == b"at last"
    assert nap.seconds == [1, 2, 7]


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2015 07:28:00 GMT", "0"])
def test_a_time_that_has_passed_is_not_waited_for(nap: Nap, date: str) -> None:
    busy = Answer(status=503, headers={"Retry-After": date})
    with scripted(in_turn(busy, Answer(b"at last"))) as store:
        ask(store, nap)
    assert nap.seconds == [0]


def test_patience_has_an_end(nap: Nap) -> None:
    failure = pytest.raises(SourceError, match=f"answers 503, {patience.TRIES} times")
    with scripted(Answer(status=503)) as store, failure:
        ask(store, nap)
    assert len(store.requests) == patience.TRIES
    assert sum(nap.seconds) == pytest.approx(127)


def test_a_wait_that_is_too_long_is_told(nap: Nap) -> None:
    busy = Answer(status=503, headers={"Retry-After": "86400"})
    failure = pytest.raises(SourceError, match="asks to wait for 86400 s")
    with scripted(busy) as store, failure:
        ask(store, nap)


def test_a_store_that_is_away_is_waited_for(nap: Nap) -> None:
    with scripted(Answer()) as store:
        pass
    with pytest.raises(SourceError, match="does not answer"):
        ask(store, nap)
    assert len(nap.seconds) == patience.TRIES - 1


def test_no_more_is_asked_in_a_second_than_is_allowed(nap: Nap) -> None:
    with scripted(Answer()) as store:
        ask(store, nap, rate=0.01, times=4)
    assert [round(seconds, -2) for seconds in nap.seconds] == [100, 200, 300]

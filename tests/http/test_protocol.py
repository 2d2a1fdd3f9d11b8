"""One connection: what is cut off, what is refused, and what must go on working."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from lrs.settings import Settings
from tests.http.live import LiveServer, Wire, live, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

SHORT = 0.15
GET = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with target and body; `/slow` takes long, `/flood` answers 64 MB."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    if scope["path"] == "/slow":
        await asyncio.sleep(4 * SHORT)
    content = bytes(64_000_000) if scope["path"] == "/flood" else scope["raw_path"] + b" " + body
    length = b"%d" % len(content)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": content})


async def _live(receive: Receive, send: Send) -> None:
    for happened in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{happened}.complete"})


@pytest.fixture(scope="module")
def patient() -> Iterator[LiveServer]:
    """A server whose times are long and whose sizes are small."""
    settings = Settings(max_header_bytes=2048, max_query_bytes=1024, max_body_bytes=100_000)
    with live(settings, echo) as server:
        yield server


@pytest.fixture(scope="module")
def impatient() -> Iterator[LiveServer]:
    """A server whose times are short."""
    settings = Settings(
        header_timeout_seconds=SHORT,
        body_timeout_seconds=SHORT,
        body_min_bytes_per_second=1000,
        keep_alive_seconds=SHORT,
        send_timeout_seconds=SHORT,
    )
    with live(settings, echo) as server:
        yield server


def code_of(body: bytes) -> str:
    return str(json.loads(body)["error"])


def seconds_until_cut_off(wire: Wire) -> float:
    """Send a byte now and then until the server has had enough."""
    started_at = monotonic()
    pause = threading.Event()
    with suppress(OSError):
        while monotonic() < started_at + 50 * SHORT:
            pause.wait(SHORT / 5)
            wire.send(b"a")
    return monotonic() - started_at


# Time


def test_a_connection_that_sends_nothing_is_closed(impatient: LiveServer) -> None:
    started_at = monotonic()
    with impatient.connect() as wire:
        assert wire.is_closed_by_server()
    assert monotonic() - started_at >= SHORT * 0.9


def test_an_idle_connection_is_closed_without_a_word(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(GET)
        assert wire.answer().status == 200
        answered_at = monotonic()
        assert wire.is_closed_by_server()
    assert monotonic() - answered_at >= SHORT * 0.9


def test_a_header_that_does_not_end_is_answered_408(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(b"GET /x HTTP/1.1\r\nHost: h\r\n")
        answer = wire.answer()
        assert (answer.status, code_of(answer.body)) == (408, "request_timeout")
        assert wire.is_closed_by_server()


def test_dripping_header_bytes_gain_no_time(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(b"GET /x HTTP/1.1\r\nX: ")
        assert seconds_until_cut_off(wire) < 20 * SHORT


def test_a_body_that_stops_is_answered_408(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
        answer = wire.answer()
        assert (answer.status, code_of(answer.body)) == (408, "request_timeout")
        assert wire.is_closed_by_server()


def test_a_body_slower_than_the_least_rate_is_cut_off(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n")
        assert seconds_until_cut_off(wire) < 20 * SHORT


def test_a_body_faster_than_the_least_rate_may_take_its_time(impatient: LiveServer) -> None:
    pause = threading.Event()
    with impatient.connect() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 6000\r\n\r\n")
        for _ in range(20):
            pause.wait(SHORT / 5)
            wire.send(b"a" * 300)
        assert wire.answer().body == b"/x " + b"a" * 6000


def test_an_application_may_take_longer_than_any_client(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(GET.replace(b"/x", b"/slow"))
        assert wire.answer().body == b"/slow "


def test_a_request_begun_during_an_answer_does_not_spoil_it(impatient: LiveServer) -> None:
    with impatient.connect() as wire:
        wire.send(GET.replace(b"/x", b"/slow") + b"GET /y HTT")
        assert wire.answer().body == b"/slow "
        assert wire.answer().status == 408


def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(impatient: LiveServer) -> None:
    wait_until(lambda: impatient.connection_count == 0, "earlier connections are gone")
    with impatient.connect() as wire:
        wire.send(GET.replace(b"/x", b"/flood"))
        wait_until(lambda: impatient.connection_count == 1, "the connection is there")
        wait_until(lambda: impatient.connection_count == 0, "the connection is gone")


# Sizes


def test_a_header_over_the_limit_is_answered_431(patient: LiveServer) -> None:
    field = b"X: " + b"a" * 2100 + b"\r\n"
    with patient.connect() as wire:
        wire.send(b"GET /x HTTP/1.1\r\nHost: h\r\n" + field + b"\r\n")
        answer = wire.answer()
        assert (answer.status, code_of(answer.body)) == (431, "headers_too_large")
        assert wire.is_closed_by_server()


def test_a_header_in_small_pieces_is_added_up(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"GET /x HTTP/1.1\r\n")
        for number in range(30):
            wire.send(b"X-%d: %s\r\n" % (number, b"a" * 80))
        wire.send(b"\r\n")
        assert wire.answer().status == 431


def test_a_field_without_end_is_refused_before_it_ends(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"GET /x HTTP/1.1\r\nX: ")
        wait_until(lambda: patient.connection_count > 0, "the server has it")
        for _ in range(200):
            wire.send(b"a" * 100)
        assert wire.answer().status == 431


def test_a_target_over_the_limit_is_answered_414(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"GET /x?" + b"q" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = wire.answer()
        assert (answer.status, code_of(answer.body)) == (414, "query_too_long")
        assert wire.is_closed_by_server()


def test_a_refused_head_has_no_body(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"HEAD /x?" + b"q" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        assert wire.head().status == 414
        assert wire.is_closed_by_server()


def test_a_target_without_end_is_refused_before_it_ends(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"GET /x?")
        for _ in range(300):
            wire.send(b"q" * 100)
        assert wire.answer().status == 414


def test_a_body_of_chunks_without_content_has_an_end(patient: LiveServer) -> None:
    chunk = b"1;" + b"x" * 1000 + b"\r\na\r\n"
    with patient.connect() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(50):
            wire.send(chunk * 10)
        assert wire.answer().status == 413


def test_trailer_fields_are_dropped(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(b"3\r\nabc\r\n0\r\nX-Trailer: y\r\n\r\n" + GET)
        assert wire.answer().body == b"/x abc"
        assert wire.answer().status == 200


# Form


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n",
        b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    ],
)
def test_what_is_not_http_is_answered_400_and_closed(
    patient: LiveServer, request_bytes: bytes
) -> None:
    with patient.connect() as wire:
        wire.send(request_bytes)
        answer = wire.answer()
        assert (answer.status, code_of(answer.body)) == (400, "malformed_request")
        assert wire.is_closed_by_server()


def test_a_connection_serves_many_requests(patient: LiveServer) -> None:
    with patient.connect() as wire:
        for _ in range(5):
            wire.send(GET)
            assert wire.answer().status == 200


def test_pipelined_requests_are_answered_in_order(patient: LiveServer) -> None:
    post = b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    with patient.connect() as wire:
        wire.send(GET + post + GET.replace(b"/x", b"/c"))
        assert [wire.answer().body for _ in range(3)] == [b"/x ", b"/b abc", b"/c "]


def test_a_client_that_leaves_while_requests_wait_for_another_is_no_error(
    patient: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    with patient.connect() as wire:
        wire.send(GET.replace(b"/x", b"/slow") + GET)
        wait_until(lambda: patient.request_count == 1, "the first one runs")
    wait_until(lambda: patient.request_count == 0, "it has come to its end")
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


def test_a_request_may_come_byte_by_byte(patient: LiveServer) -> None:
    with patient.connect() as wire:
        for byte in b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc":
            wire.send(bytes([byte]))
        assert wire.answer().body == b"/b abc"


def test_a_client_that_expects_100_gets_it_before_it_sends(patient: LiveServer) -> None:
    with patient.connect() as wire:
        wire.send(
            b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        assert wire.answer().status == 100
        wire.send(b"abc")
        assert wire.answer().body == b"/x abc"


def test_an_offer_of_http2_is_ignored_and_the_body_is_kept(patient: LiveServer) -> None:
    head = (
        b"POST /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Length: 5\r\n\r\n"
    )
    with patient.connect() as wire:
        wire.send(head + b"he")
        wire.send(b"llo" + GET)
        assert wire.answer().body == b"/x hello"
        assert wire.answer().body == b"/x "


def test_no_answer_names_the_software(patient: LiveServer) -> None:
    answer = patient.ask(GET)
    assert "server" not in answer.headers
    assert "date" in answer.headers

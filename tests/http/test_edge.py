"""The edge around the application: ids, header fields, limits, failures, log lines."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from lrs.access_log import AccessLog
from lrs.edge import Edge
from lrs.exchange import limit_body
from lrs.logs import request_id_var
from lrs.metrics import Metrics
from lrs.settings import Settings
from tests.http.asgi import ask
from tests.http.live import live, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

SECRET = "mailto:someone@example.com"
BODY = {"content-length": "5"}


async def length(request: Request) -> Response:
    """Answer how long the body is."""
    return JSONResponse({"length": len(await request.body()), "id": request_id_var.get()})


async def fail(_: Request) -> Response:
    """Have a bug."""
    raise ValueError(SECRET)


async def hang(_: Request) -> Response:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def read_small(request: Request) -> Response:
    """Take 10 bytes of body at most."""
    limit_body(request.scope, 10)
    return await length(request)


async def fail_halfway(_: Request) -> Response:
    """Have a bug after the answer has begun."""

    async def blocks() -> AsyncIterator[bytes]:
        yield b"half"
        raise ValueError(SECRET)

    return StreamingResponse(blocks())


async def answer_slowly(_: Request) -> Response:
    """Begin at once and take 0.15 s to the end, as with a client that reads slowly."""

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0.05)
            yield b"a"

    return StreamingResponse(blocks())


async def answer_unread(_: Request) -> Response:
    """Refuse without looking at the body."""
    return JSONResponse({"error": "unauthorized"}, 401)


async def authenticated(request: Request) -> Response:
    """Tell the edge who is asking, as authentication does."""
    request.state.credential = "key-1"
    return await length(request)


async def own_headers(_: Request) -> Response:
    """Set header fields that the edge would set."""
    return Response(b"<p>", headers={"Cache-Control": "no-cache", "Content-Security-Policy": "x"})


ENDPOINTS = (
    length,
    fail,
    hang,
    read_small,
    fail_halfway,
    answer_slowly,
    answer_unread,
    authenticated,
    own_headers,
)


def build(settings: Settings | None = None, **options: Any) -> Starlette:  # noqa: ANN401 - of Edge
    """Return an application with one route per endpoint, `/xapi/<name>`."""
    methods = ["GET", "POST", "OPTIONS"]
    routes = [Route(f"/{one.__name__}", one, methods=methods) for one in ENDPOINTS]
    edge = Middleware(Edge, settings=settings or Settings(), **options)
    return Starlette(routes=[Mount("/xapi", routes=routes)], middleware=[edge])


# Ids


async def ids(app: ASGIApp, given: str | None = None) -> tuple[str | None, str]:
    """Return the id in the answer's header and the one that the application saw."""
    headers = BODY if given is None else BODY | {"x-request-id": given}
    response = await ask(app, "POST /xapi/length", headers=headers, chunks=[b"12345"])
    return response.header("x-request-id"), json.loads(response.body)["id"]


def test_every_request_gets_an_id_of_its_own() -> None:
    async def many() -> set[str | None]:
        app = build()
        seen = [await ids(app) for _ in range(3)]
        assert all(in_header == in_application for in_header, in_application in seen)
        return {in_header for in_header, _ in seen}

    assert len(asyncio.run(many())) == 3


def test_a_sane_incoming_id_is_kept() -> None:
    assert asyncio.run(ids(build(), "trace-0123.abc")) == ("trace-0123.abc",) * 2


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", 'quo"te123', "ünïcödé1"])
def test_an_odd_incoming_id_is_replaced(given: str) -> None:
    in_header, in_application = asyncio.run(ids(build(), given))
    assert in_header == in_application != given


# Header fields


def test_every_answer_has_the_security_headers() -> None:
    for path in ("/xapi/length", "/xapi/fail", "/nowhere"):
        response = asyncio.run(ask(build(), f"GET {path}"))
        assert response.header("x-content-type-options") == "nosniff"
        assert response.header("referrer-policy") == "no-referrer"
        assert response.header("cache-control") == "no-store"
        policy = response.header("content-security-policy")
        assert policy is not None
        assert "default-src 'none'" in policy
        assert response.header("strict-transport-security") is None


def test_what_a_resource_sets_itself_stays() -> None:
    response = asyncio.run(ask(build(), "GET /xapi/own_headers"))
    assert response.header("cache-control") == "no-cache"
    assert response.header("content-security-policy") == "x"
    assert response.header("referrer-policy") == "no-referrer"


def test_over_tls_browsers_are_told_to_stay_with_it(tmp_path: Path) -> None:
    settings = Settings(tls_key=tmp_path / "key", tls_certificate=tmp_path / "certificate")
    response = asyncio.run(ask(build(settings), "GET /xapi/length"))
    assert response.header("strict-transport-security") == "max-age=31536000"


# Limits


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    app = build(Settings(max_body_bytes=100_000))
    request = ask(app, "POST /xapi/length", headers={"content-length": "100001"})
    response = asyncio.run(request)
    assert (response.status, response.error) == (413, "body_too_large")
    assert response.header("connection") == "close"


def test_a_chunked_body_over_the_limit_is_refused_while_it_is_read() -> None:
    headers = {"transfer-encoding": "chunked"}
    app = build(Settings(max_body_bytes=1024))
    chunks = [b"a" * 500] * 100
    response = asyncio.run(ask(app, "POST /xapi/length", headers=headers, chunks=chunks))
    assert (response.status, response.error) == (413, "body_too_large")


@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
def test_a_resource_may_allow_less(declared: bool) -> None:  # noqa: FBT001 - parametrized
    headers = {"content-length": "11"} if declared else {"transfer-encoding": "chunked"}
    request = ask(build(), "POST /xapi/read_small", headers=headers, chunks=[b"a" * 11])
    assert asyncio.run(request).status == 413


def test_a_body_within_the_limits_is_read_whole() -> None:
    headers = {"transfer-encoding": "chunked"}
    request = ask(build(), "POST /xapi/read_small", headers=headers, chunks=[b"12", b"345"])
    assert json.loads(asyncio.run(request).body)["length"] == 5


def test_a_query_over_the_limit_is_refused() -> None:
    app = build(Settings(max_query_bytes=256))
    assert asyncio.run(ask(app, "GET /xapi/length" + "?" + "q" * 256)).status == 200
    response = asyncio.run(ask(app, "GET /xapi/length" + "?" + "q" * 257))
    assert (response.status, response.error) == (414, "query_too_long")


def test_a_full_server_refuses_all_but_vital_paths() -> None:
    async def crowd() -> None:
        settings = Settings(max_concurrent_requests=2, request_timeout_seconds=0.1)
        app = build(settings, vital_paths=["/xapi/own_headers"])
        hanging = [asyncio.create_task(ask(app, "GET /xapi/hang")) for _ in range(2)]
        await asyncio.sleep(0)
        response = await ask(app, "GET /xapi/length")
        assert (response.status, response.error) == (503, "overloaded")
        assert response.header("retry-after") == "2"
        assert (await ask(app, "GET /xapi/own_headers")).status == 200
        assert [(await one).error for one in hanging] == ["timed_out"] * 2
        assert (await ask(app, "GET /xapi/length")).status == 200

    asyncio.run(crowd())


@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
def test_bodies_that_do_not_fit_into_memory_together_are_refused(
    declared: bool,  # noqa: FBT001 - parametrized
) -> None:
    headers = {"content-length": "900"} if declared else {"transfer-encoding": "chunked"}
    settings = Settings(max_inflight_bytes=1024, request_timeout_seconds=0.1)

    async def crowd() -> None:
        app = build(settings)
        first = {"content-length": "600"}
        hanging = asyncio.create_task(ask(app, "POST /xapi/hang", headers=first))
        await asyncio.sleep(0)
        request = ask(app, "POST /xapi/length", headers=headers, chunks=[b"a" * 450] * 2)
        response = await request
        assert (response.status, response.error) == (503, "overloaded")
        await hanging
        request = ask(app, "POST /xapi/length", headers=headers, chunks=[b"a" * 450] * 2)
        assert (await request).status == 200

    asyncio.run(crowd())


def test_a_request_alone_may_exceed_the_common_memory() -> None:
    settings = Settings(max_inflight_bytes=1024)
    headers = {"content-length": "5000"}
    request = ask(build(settings), "POST /xapi/length", headers=headers, chunks=[b"a" * 5000])
    assert asyncio.run(request).status == 200


# Failures


def test_what_takes_too_long_is_answered_503() -> None:
    app = build(Settings(request_timeout_seconds=0.05))
    response = asyncio.run(ask(app, "GET /xapi/hang"))
    assert (response.status, response.error) == (503, "timed_out")
    assert response.header("retry-after") == "2"


def test_an_answer_that_has_begun_is_not_cut_short() -> None:
    app = build(Settings(request_timeout_seconds=0.05))
    response = asyncio.run(ask(app, "GET /xapi/answer_slowly"))
    assert (response.body, response.complete) == (b"aaa", True)


def test_a_bug_is_a_500_that_says_nothing_and_a_log_entry_that_does(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = asyncio.run(ask(build(), "GET /xapi/fail"))
    assert (response.status, response.error) == (500, "internal_error")
    assert SECRET not in response.body.decode()
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_a_bug_after_the_answer_began_leaves_it_unfinished(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = asyncio.run(ask(build(), "GET /xapi/fail_halfway"))
    assert (response.body, response.complete) == (b"half", False)
    assert any(record.exc_info for record in caplog.records)


def test_a_client_that_goes_away_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    request = ask(build(), "POST /xapi/length", headers=BODY, chunks=[b"12"], disconnects=True)
    assert asyncio.run(request).status == 0
    assert not caplog.records


def test_a_stopping_server_answers_what_it_cancels() -> None:
    async def stop() -> int:
        task = asyncio.create_task(ask(build(), "GET /xapi/hang"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        response = await task
        assert response.error == "stopping"
        return response.status

    assert asyncio.run(stop()) == 503


def test_an_application_without_an_answer_is_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    response = asyncio.run(ask(Edge(silent, settings=Settings())))
    assert response.status == 500
    assert "without an answer" in caplog.text


@pytest.mark.parametrize(("sent", "answered"), [(None, "1.0.3"), ("2.0.0", "2.0.0")])
def test_refusals_carry_the_version_of_the_protocol(sent: str | None, answered: str) -> None:
    headers = {"x-experience-api-version": sent} if sent else {}
    response = asyncio.run(ask(build(), "GET /xapi/fail", headers=headers))
    assert response.header("x-experience-api-version") == answered


def test_errors_have_one_shape() -> None:
    response = asyncio.run(ask(build(), "GET /xapi/fail"))
    assert set(json.loads(response.body)) == {"error", "message", "request_id"}
    assert json.loads(response.body)["request_id"] == response.header("x-request-id")
    assert response.header("content-type") == "application/json"


# Log lines and figures


def logged(request: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - of ask
    """Return the log line of one request."""
    stream = io.BytesIO()
    access_log = AccessLog(stream)

    async def send() -> None:
        await ask(build(access_log=access_log), request, **options)
        access_log.flush()

    asyncio.run(send())
    line: dict[str, Any] = json.loads(stream.getvalue())
    return line


def test_a_request_is_logged_with_its_route_and_without_its_query() -> None:
    target = f"/xapi/authenticated?agent={SECRET}"
    line = logged(f"POST {target}", headers=BODY, chunks=[b"12345"])
    assert line.pop("duration_ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line.pop("request_id")
    assert line.pop("bytes_out") > 0
    assert line == {
        "level": "info",
        "logger": "access",
        "message": "request",
        "method": "POST",
        "route": "/xapi/authenticated",
        "status": 200,
        "bytes_in": 5,
        "credential": "key-1",
    }


def test_an_unknown_path_is_not_logged() -> None:
    line = logged(f"GET /people/{SECRET}")
    assert (line["route"], line["status"]) == ("-", 404)


def test_failures_are_logged_as_errors() -> None:
    line = logged("GET /xapi/fail")
    assert (line["level"], line["status"], line["route"]) == ("error", 500, "/xapi/fail")


def test_a_client_that_goes_away_is_logged_as_499() -> None:
    line = logged("POST /xapi/length", headers=BODY, chunks=[b"1"], disconnects=True)
    assert line["status"] == 499


def test_the_log_is_flushed_when_the_application_ends() -> None:
    stream = io.BytesIO()
    app = build(access_log=AccessLog(stream))

    async def life() -> None:
        async def receive() -> dict[str, str]:
            if not stream.getvalue():
                await ask(app, "GET /xapi/length")
            return {"type": "lifespan.startup"}

        async def send(_: object) -> None:
            return

        await app({"type": "lifespan", "state": {}}, receive, send)

    asyncio.run(life())
    assert json.loads(stream.getvalue().splitlines()[0])["route"] == "/xapi/length"


def test_requests_are_counted_by_route_method_and_status() -> None:
    metrics = Metrics()
    app = build(metrics=metrics)
    for path in ("/xapi/length", "/xapi/length", "/xapi/fail", "/nowhere/1", "/nowhere/2"):
        asyncio.run(ask(app, f"GET {path}"))
    text = metrics.render().decode()
    count = 'lrs_http_requests_total{method="GET",route="%s",status="%d"} %.1f\n'
    assert count % ("/xapi/length", 200, 2) in text
    assert count % ("/xapi/fail", 500, 1) in text
    assert count % ("-", 404, 2) in text
    assert "lrs_http_requests_running 0.0\n" in text


# A client that is still sending when it is answered (needs real connections)


def unread_post(*fields: bytes) -> bytes:
    return b"POST /xapi/answer_unread HTTP/1.1\r\nHost: h\r\n" + b"".join(fields) + b"\r\n"


def test_a_client_reads_its_refusal_although_it_sends_on() -> None:
    body = b"a" * 8_000_000
    with live(Settings(max_body_bytes=1024), build()) as server, server.connect() as wire:
        wire.send(
            b"POST /xapi/length HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n" + body
        )
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert wire.is_closed_by_server()


def test_a_small_unread_body_does_not_cost_the_connection() -> None:
    request = unread_post(b"Content-Length: 5\r\n") + b"12345"
    with live(Settings(), build()) as server, server.connect() as wire:
        for _ in range(2):
            wire.send(request)
            answer = wire.answer()
            assert answer.status == 401
            assert "connection" not in answer.headers


def test_a_refused_client_is_not_asked_to_go_on() -> None:
    request = unread_post(b"Content-Length: 5\r\n", b"Expect: 100-continue\r\n")
    with live(Settings(), build()) as server, server.connect() as wire:
        wire.send(request)
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert wire.is_closed_by_server()


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind() -> None:
    metrics = Metrics()
    app = build(metrics=metrics)
    with live(Settings(), app) as server:
        with server.connect() as wire:
            wire.send(b"POST /xapi/length HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12")
        counted = 'lrs_http_requests_total{method="POST",route="/xapi/length",status="499"} 1.0'
        wait_until(lambda: counted in metrics.render().decode(), "the request is counted")
        assert "lrs_http_requests_running 0.0\n" in metrics.render().decode()

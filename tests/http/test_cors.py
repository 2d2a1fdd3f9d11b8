"""Cross-origin requests of browser content: preflights, answers and errors."""

from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from lrs.edge import Edge
from lrs.settings import Settings
from tests.http.asgi import Response as Answer
from tests.http.asgi import ask

CONTENT = "https://content.example.org"
LISTED = Settings(cors_origins=(CONTENT, "http://localhost:3000"))


async def statements(_: object) -> Response:
    """Refuse everybody, as for a wrong credential."""
    return Response(b"{}", 401, {"WWW-Authenticate": "Basic", "Vary": "Accept-Language"})


def send(request: str, settings: Settings | None = None, **headers: str) -> Answer:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    edge = Middleware(Edge, settings=settings or Settings(max_query_bytes=256))
    app = Starlette(routes=[Route("/xapi/statements", statements)], middleware=[edge])
    return asyncio.run(ask(app, request, headers=fields))


def preflight(
    method: str = "PUT", settings: Settings | None = None, *, origin: str = CONTENT, names: str = ""
) -> Answer:
    asked = {"access_control_request_headers": names} if names else {}
    return send(
        "OPTIONS /xapi/anything",
        settings,
        origin=origin,
        access_control_request_method=method,
        **asked,
    )


def words(header: str | None) -> set[str]:
    return {word.strip().lower() for word in (header or "").split(",")}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_every_method_may_be_used_from_anywhere(method: str) -> None:
    answer = preflight(method)
    assert answer.status == 204
    assert answer.body == b""
    assert answer.header("access-control-allow-origin") == "*"
    assert method.lower() in words(answer.header("access-control-allow-methods"))
    assert int(answer.header("access-control-max-age") or 0) > 0


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Content-Type",
        "If-Match",
        "If-None-Match",
        "X-Experience-API-Version",
        "Accept-Language",
        "X-Experience-API-Hash",
        "X-Request-Id",
    ],
)
def test_every_header_of_xapi_is_allowed_asked_for_or_not(name: str) -> None:
    assert name.lower() in words(preflight().header("access-control-allow-headers"))
    asked = preflight(names=f"x-other, {name}")
    assert words(asked.header("access-control-allow-headers")) == {"x-other", name.lower()}


@pytest.mark.parametrize("names", ["a b", "x;y", "a,", "x" * 2000])
def test_odd_header_names_are_not_echoed(names: str) -> None:
    allowed = preflight(names=names).header("access-control-allow-headers")
    assert "authorization" in words(allowed)
    assert names not in (allowed or "")


def test_options_that_is_no_preflight_goes_to_the_application() -> None:
    assert send("OPTIONS /xapi/statements").status == 405
    assert send("OPTIONS /xapi/statements", origin=CONTENT).status == 405


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /xapi/statements", 401),
        ("GET /nowhere", 404),
        ("DELETE /xapi/statements", 405),
        (f"GET /xapi/statements?{'q' * 300}", 414),
    ],
)
def test_content_may_read_every_answer_and_error(request_line: str, status: int) -> None:
    answer = send(request_line, origin=CONTENT)
    assert answer.status == status
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-credentials") is None
    exposed = words(answer.header("access-control-expose-headers"))
    assert exposed >= {
        "etag",
        "last-modified",
        "x-experience-api-version",
        "x-experience-api-consistent-through",
        "x-request-id",
    }


def test_programs_that_are_no_browsers_get_no_cors_headers() -> None:
    names = {name for name, _ in send("GET /xapi/statements").headers}
    assert not any(name.startswith(b"access-control") for name in names)


def test_a_listed_origin_may_use_the_credentials_of_the_browser() -> None:
    answer = send("GET /xapi/statements", LISTED, origin=CONTENT)
    assert answer.header("access-control-allow-origin") == CONTENT
    assert answer.header("access-control-allow-credentials") == "true"
    assert (b"vary", b"Origin") in answer.headers
    assert (b"vary", b"Accept-Language") in answer.headers
    assert preflight(settings=LISTED).header("access-control-allow-origin") == CONTENT


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", CONTENT + ".evil.org"])
@pytest.mark.parametrize("settings", [LISTED, Settings(cors_origins=())], ids=["listed", "none"])
def test_other_origins_may_not_call(origin: str, settings: Settings) -> None:
    refused = preflight(settings=settings, origin=origin)
    assert (refused.status, refused.error) == (403, "origin_not_allowed")
    answer = send("GET /xapi/statements", settings, origin=origin)
    assert answer.header("access-control-allow-origin") is None
    assert (b"vary", b"Origin") in answer.headers

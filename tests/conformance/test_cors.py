"""Browser content from anywhere may use the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import make_iri

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer

ORIGIN = {"Origin": "https://content.example.test"}
REQUEST_HEADERS = (
    "authorization",
    "content-type",
    "if-match",
    "if-none-match",
    "x-experience-api-version",
)
RESPONSE_HEADERS = (
    "etag",
    "last-modified",
    "x-experience-api-version",
    "x-experience-api-consistent-through",
)


def split(header: str) -> set[str]:
    return {each.strip().lower() for each in header.split(",")}


@pytest.mark.parametrize("resource", ["statements", "activities/state", "agents/profile", "about"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_browser_may_ask_first(lrs: LrsServer, resource: str, method: str) -> None:
    """A preflight comes without credential and without version."""
    headers = ORIGIN | {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ", ".join(REQUEST_HEADERS),
    }
    with Client(lrs.endpoint, None, None) as browser:
        response = browser.send("OPTIONS", resource, None, headers)
    assert response.status_code in {200, 204}
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN["Origin"]}
    assert method.lower() in split(response.headers["Access-Control-Allow-Methods"])
    assert set(REQUEST_HEADERS) <= split(response.headers["Access-Control-Allow-Headers"])


@pytest.mark.parametrize(
    ("parameters", "status"), [({"verb": make_iri("v")}, 200), ({"foo": "bar"}, 400)]
)
def test_a_browser_may_read_the_answer_and_its_headers(
    client: Client, parameters: dict[str, str], status: int
) -> None:
    response = client.send("GET", "statements", None, ORIGIN, **parameters)
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN["Origin"]}
    assert set(RESPONSE_HEADERS) <= split(response.headers["Access-Control-Expose-Headers"])


def test_a_browser_may_read_that_it_is_not_known(lrs: LrsServer) -> None:
    with Client(lrs.endpoint, None, "1.0.3") as browser:
        response = browser.send("GET", "statements", None, ORIGIN)
    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN["Origin"]}

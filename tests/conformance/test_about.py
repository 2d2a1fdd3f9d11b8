"""GET /about: what this store speaks, told to anybody in any version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.client import Client

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer


@pytest.mark.requirement("XAPI-00315", "XAPI-00316", "XAPI-00317", "XAPI-00318", "XAPI-00319")
@pytest.mark.requirement("XAPI-00321")
@pytest.mark.parametrize("version", [None, "1.0.3", "2.0.0", "0.95", "nonsense"])
def test_about_names_the_versions_to_anybody(lrs: LrsServer, version: str | None) -> None:
    with Client(lrs.endpoint, None, version) as anybody:
        response = anybody.get("about")
    assert response.status_code == 200
    about = response.json()
    # Who says to speak 1.0.x learns of that alone: clients of it refuse any other.
    expected = {"1.0.3"} if version == "1.0.3" else {"1.0.3", "2.0.0"}
    assert set(about["version"]) == expected
    assert set(about) <= {"version", "extensions"}
    assert "X-Experience-API-Version" in response.headers


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
def test_head_answers_like_get_without_a_body(client: Client) -> None:
    head = client.send("HEAD", "about")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.requirement("XAPI-00324")
def test_an_unknown_parameter_is_refused(client: Client) -> None:
    assert client.get("about", foo="bar").status_code == 400

"""Activity profiles and agent profiles: documents under a profileId."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_agent, make_iri

if TYPE_CHECKING:
    import httpx

    from tests.conformance.client import Client

CREATE = {"If-None-Match": "*"}


class Profiles:
    """The profiles of a new activity or agent."""

    def __init__(self, client: Client, resource: str) -> None:
        self.client = client
        self.resource = resource
        self.owner = make_owner(resource)

    def send(
        self,
        method: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        /,
        **parameters: object,
    ) -> httpx.Response:
        """Send a request about the profiles of this owner."""
        return self.client.send(method, self.resource, body, headers, **self.owner, **parameters)

    def list_ids(self, **parameters: object) -> list[str]:
        """Ask for the ids of the profiles, sorted."""
        response = self.send("GET", **parameters)
        assert response.status_code == 200
        ids: list[str] = response.json()
        return sorted(ids)


def make_owner(resource: str) -> dict[str, Any]:
    """Return the parameter that names whom or what the profiles are about."""
    if resource == "agents/profile":
        return {"agent": make_agent()}
    return {"activityId": make_iri("activities")}


@pytest.fixture(params=["activities/profile", "agents/profile"])
def profiles(client: Client, request: pytest.FixtureRequest) -> Profiles:
    """Name the profiles of a new activity and of a new agent."""
    return Profiles(client, request.param)


@pytest.mark.requirement("XAPI-00259", "XAPI-00269", "XAPI-00271", "XAPI-00273", "XAPI-00274")
@pytest.mark.requirement("XAPI-00285", "XAPI-00287", "XAPI-00288", "XAPI-00290", "XAPI-00291")
@pytest.mark.requirement("XAPI-00293")
def test_a_profile_is_put_got_and_deleted(profiles: Profiles) -> None:
    assert profiles.send("GET", profileId="one").status_code == 404
    assert profiles.send("PUT", {"a": 1}, CREATE, profileId="one").status_code == 204
    response = profiles.send("GET", profileId="one")
    assert (response.status_code, response.json()) == (200, {"a": 1})
    assert profiles.send("DELETE", profileId="one").status_code == 204
    assert profiles.send("GET", profileId="one").status_code == 404
    assert profiles.send("DELETE", profileId="one").status_code == 204


@pytest.mark.requirement("XAPI-00270", "XAPI-00289")
def test_the_ids_of_profiles_are_listed(profiles: Profiles) -> None:
    assert profiles.list_ids() == []
    for name in ("one", "two"):
        profiles.send("POST", {}, profileId=name)
    assert profiles.list_ids() == ["one", "two"]
    assert Profiles(profiles.client, profiles.resource).list_ids() == []


@pytest.mark.requirement("XAPI-00268", "XAPI-00275", "XAPI-00294", "XAPI-00303")
def test_since_lists_what_was_stored_after_it(profiles: Profiles) -> None:
    profiles.send("POST", {}, profileId="one")
    minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    assert profiles.list_ids(since=minute_ago) == ["one"]
    assert profiles.list_ids(since="9000-01-01T00:00:00Z") == []


@pytest.mark.requirement("XAPI-00260", "XAPI-00295")
@pytest.mark.parametrize("since", [True, "yesterday", "2015-13-01T00:00:00Z"])
def test_since_must_be_a_timestamp(profiles: Profiles, since: object) -> None:
    assert profiles.send("GET", since=since).status_code == 400


@pytest.mark.requirement("XAPI-00265", "XAPI-00266", "XAPI-00267")
@pytest.mark.requirement("XAPI-00300", "XAPI-00301", "XAPI-00302")
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_profile_cannot_be_changed_without_its_id(profiles: Profiles, method: str) -> None:
    body = None if method == "DELETE" else {"a": 1}
    assert profiles.send(method, body, CREATE).status_code == 400


@pytest.mark.requirement("XAPI-00261", "XAPI-00262", "XAPI-00263", "XAPI-00264")
@pytest.mark.requirement("XAPI-00296", "XAPI-00297", "XAPI-00298", "XAPI-00299")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_a_profile_needs_its_owner(profiles: Profiles, method: str) -> None:
    profiles.owner = {}
    body = {"a": 1} if method in ("PUT", "POST") else None
    assert profiles.send(method, body, CREATE, profileId="one").status_code == 400


@pytest.mark.requirement("XAPI-00255", "XAPI-00256", "XAPI-00257", "XAPI-00258")
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("owner", [True, "no scheme", {}, {"mbox": "no scheme"}, [], "{"])
def test_an_owner_of_the_wrong_form_is_refused(
    profiles: Profiles, method: str, owner: object
) -> None:
    profiles.owner = dict.fromkeys(profiles.owner, owner)
    body = {"a": 1} if method in ("PUT", "POST") else None
    assert profiles.send(method, body, CREATE, profileId="one").status_code == 400


def test_a_profile_of_nobody_known_is_accepted(profiles: Profiles) -> None:
    """See xAPI Communication 2.2: documents need no statement about their owner first."""
    assert profiles.send("POST", {"a": 1}, profileId="one").status_code == 204
    assert profiles.list_ids() == ["one"]


def test_an_agent_is_who_its_identifier_says(client: Client) -> None:
    agent = make_agent(name="Aino")
    client.send("POST", "agents/profile", {"a": 1}, agent=agent, profileId="one")
    renamed = agent | {"name": "Eero"}
    assert client.get("agents/profile", agent=renamed, profileId="one").json() == {"a": 1}

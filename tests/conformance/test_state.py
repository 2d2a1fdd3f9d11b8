"""Activity state: documents of an agent in an activity, with or without a registration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_agent, make_id, make_iri

if TYPE_CHECKING:
    import httpx

    from tests.conformance.client import Client

STATE = "activities/state"


def make_context(**more: object) -> dict[str, Any]:
    """Return the parameters that name where states belong."""
    return {"activityId": make_iri("activities"), "agent": make_agent(), **more}


def put(client: Client, body: object, **parameters: object) -> httpx.Response:
    return client.send("PUT", STATE, body, **parameters)


def list_ids(client: Client, **parameters: object) -> set[str]:
    response = client.get(STATE, **parameters)
    assert response.status_code == 200
    ids = response.json()
    assert len(ids) == len(set(ids))
    return set(ids)


def get_status(client: Client, **parameters: object) -> int:
    return client.get(STATE, **parameters).status_code


@pytest.mark.requirement("XAPI-00192", "XAPI-00217")
@pytest.mark.requirement("XAPI-00187", "XAPI-00188", "XAPI-00190", "XAPI-00191", "XAPI-00216")
@pytest.mark.parametrize("more", [{}, {"registration": make_id()}], ids=["plain", "registration"])
def test_a_state_is_put_got_and_deleted(client: Client, more: dict[str, str]) -> None:
    where = make_context(stateId="bookmark", **more)
    assert get_status(client, **where) == 404
    assert put(client, {"page": 7}, **where).status_code == 204
    response = client.get(STATE, **where)
    assert (response.status_code, response.json()) == (200, {"page": 7})
    assert client.send("DELETE", STATE, **where).status_code == 204
    assert get_status(client, **where) == 404


def test_deleting_what_is_not_there_is_accepted(client: Client) -> None:
    assert client.send("DELETE", STATE, **make_context(stateId="none")).status_code == 204


def test_a_state_belongs_to_activity_agent_registration_and_id(client: Client) -> None:
    where = make_context(stateId="one", registration=make_id())
    put(client, {}, **where)
    for change in (
        {"activityId": make_iri("activities")},
        {"agent": make_agent()},
        {"registration": make_id()},
        {"stateId": "two"},
    ):
        assert get_status(client, **(where | change)) == 404
    del where["registration"]
    assert get_status(client, **where) == 404


def test_an_agent_is_who_its_identifier_says(client: Client) -> None:
    where = make_context(stateId="one")
    put(client, {}, **where)
    renamed = where["agent"] | {"name": "another name"}
    assert get_status(client, **(where | {"agent": renamed})) == 200


@pytest.mark.requirement("XAPI-00218", "XAPI-00219", "XAPI-00220", "XAPI-00227")
def test_a_registration_goes_with_every_method(client: Client) -> None:
    where = make_context(stateId="one", registration=make_id())
    assert client.send("POST", STATE, {"a": 1}, **where).status_code == 204
    assert client.send("PUT", STATE, {"b": 2}, {"If-Match": "*"}, **where).status_code == 204
    assert client.get(STATE, **where).json() == {"b": 2}
    assert client.send("DELETE", STATE, **where).status_code == 204


@pytest.mark.requirement("XAPI-00193")
def test_the_ids_of_states_are_listed(client: Client) -> None:
    where = make_context()
    registration = make_id()
    assert list_ids(client, **where) == set()
    put(client, {}, **where, stateId="plain")
    put(client, {}, **where, stateId="registered", registration=registration)
    assert list_ids(client, **where, registration=registration) == {"registered"}
    assert "plain" in list_ids(client, **where)
    assert list_ids(client, **(where | {"agent": make_agent()})) == set()


@pytest.mark.requirement("XAPI-00194")
def test_deleting_without_an_id_deletes_what_the_context_names(client: Client) -> None:
    where = make_context()
    others = [make_context(agent=where["agent"]), where | {"agent": make_agent()}]
    registered = where | {"registration": make_id(), "stateId": "registered"}
    for each in [where, *others]:
        put(client, {}, **each, stateId="one")
        put(client, {}, **each, stateId="two")
    put(client, {}, **registered)
    del registered["stateId"]
    assert client.send("DELETE", STATE, **registered).status_code == 204
    assert list_ids(client, **registered) == set()
    assert list_ids(client, **where) == {"one", "two"}
    assert client.send("DELETE", STATE, **where).status_code == 204
    assert list_ids(client, **where) == set()
    assert [list_ids(client, **each) for each in others] == [{"one", "two"}] * 2


@pytest.mark.requirement("XAPI-00195", "XAPI-00221")
def test_since_lists_what_was_stored_after_it(client: Client) -> None:
    where = make_context()
    put(client, {}, **where, stateId="one")
    now = datetime.now(UTC)
    assert list_ids(client, **where, since=str(now - timedelta(minutes=1)).replace(" ", "T")) == {
        "one"
    }
    assert list_ids(client, **where, since="9000-01-01T00:00:00Z") == set()


@pytest.mark.requirement("XAPI-00206", "XAPI-00210", "XAPI-00215")
@pytest.mark.requirement("XAPI-00209", "XAPI-00211", "XAPI-00214")
@pytest.mark.parametrize("missing", ["activityId", "agent", "stateId"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_state_cannot_be_written_without_all_its_names(
    client: Client, method: str, missing: str
) -> None:
    where = make_context(stateId="one")
    del where[missing]
    assert client.send(method, STATE, {}, **where).status_code == 400


@pytest.mark.requirement("XAPI-00207", "XAPI-00208", "XAPI-00212", "XAPI-00213")
@pytest.mark.parametrize("missing", ["activityId", "agent"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_states_cannot_be_asked_for_without_activity_and_agent(
    client: Client, method: str, missing: str
) -> None:
    where = make_context(stateId="one")
    del where[missing]
    assert client.send(method, STATE, **where).status_code == 400


@pytest.mark.requirement("XAPI-00196", "XAPI-00197", "XAPI-00198", "XAPI-00199")
@pytest.mark.requirement("XAPI-00200", "XAPI-00201", "XAPI-00202", "XAPI-00203")
@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activityId", "no scheme"),
        ("agent", "not JSON"),
        ("agent", True),
        ("agent", {"objectType": "Agent"}),
        ("agent", {"mbox": "no scheme"}),
        ("registration", True),
        ("registration", "wrong"),
        ("foo", "bar"),
        ("StateId", "one"),
    ],
)
def test_a_parameter_of_the_wrong_form_is_refused(
    client: Client, method: str, name: str, value: object
) -> None:
    body = {"a": 1} if method in ("PUT", "POST") else None
    where = make_context(stateId="one") | {name: value}
    assert client.send(method, STATE, body, **where).status_code == 400


@pytest.mark.requirement("XAPI-00204")
@pytest.mark.parametrize("since", ["not a timestamp", True, "2015-13-01T00:00:00Z"])
def test_since_must_be_a_timestamp(client: Client, since: object) -> None:
    assert get_status(client, **make_context(since=since)) == 400


@pytest.mark.parametrize("state_id", ["a/b?c=d&e", "ö \U0001f600", "x" * 1000, "%41", "."])
def test_a_state_id_may_be_any_text(client: Client, state_id: str) -> None:
    where = make_context()
    assert put(client, {"id": 1}, **where, stateId=state_id).status_code == 204
    assert list_ids(client, **where) == {state_id}
    assert client.get(STATE, **where, stateId=state_id).json() == {"id": 1}

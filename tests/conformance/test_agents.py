"""GET /agents: a Person, everything known of one agent in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_agent, make_id, make_statement

if TYPE_CHECKING:
    from tests.conformance.client import Client


def get_person(client: Client, agent: dict[str, Any]) -> dict[str, Any]:
    response = client.get("agents", agent=agent)
    assert response.status_code == 200
    person: dict[str, Any] = response.json()
    assert person["objectType"] == "Person"
    return person


@pytest.mark.requirement("XAPI-00236", "XAPI-00237", "XAPI-00245", "XAPI-00248")
@pytest.mark.requirement("XAPI-00239", "XAPI-00240", "XAPI-00241", "XAPI-00242", "XAPI-00244")
@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("mbox", f"mailto:{make_id()}@example.test"),
        ("mbox_sha1sum", make_id().replace("-", "") + "01234567"),
        ("openid", f"https://example.test/{make_id()}"),
        ("account", {"homePage": "https://example.test", "name": make_id()}),
    ],
    ids=["mbox", "mbox_sha1sum", "openid", "account"],
)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_person_has_the_identifier_in_a_list(
    client: Client, kind: str, identifier: object, *, is_known: bool
) -> None:
    agent = {"objectType": "Agent", kind: identifier}
    if is_known:
        client.store(make_statement(actor=agent))
    person = get_person(client, agent)
    assert person[kind] == [identifier]
    assert set(person) <= {"objectType", "name", kind}


@pytest.mark.requirement("XAPI-00238")
def test_a_person_has_the_names_that_statements_gave(client: Client) -> None:
    agent = make_agent()
    for name in ("Aino", "Aino Virtanen", "Aino"):
        client.store(make_statement(actor=agent | {"name": name}))
    assert sorted(get_person(client, agent)["name"]) == ["Aino", "Aino Virtanen"]


def test_names_are_those_of_this_agent(client: Client) -> None:
    agent, other = make_agent(name="Aino"), make_agent(name="Eero")
    client.store(make_statement(actor=agent), make_statement(actor=other))
    assert get_person(client, agent)["name"] == ["Aino"]


@pytest.mark.requirement("XAPI-00243", "XAPI-00249")
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"agent": "not JSON"},
        {"agent": []},
        {"agent": {}},
        {"agent": {"objectType": "Agent", "name": "Aino"}},
        {"agent": {"objectType": "Person", "mbox": "mailto:a@example.test"}},
        {"agent": {"mbox": "a@example.test"}},
        {"agent": {"mbox": "mailto:a@example.test", "openid": "https://example.test"}},
        {"agent": {"mbox": "mailto:a@example.test", "shoe size": 45}},
        {"Agent": make_agent()},
        {"agent": make_agent(), "foo": "bar"},
    ],
)
def test_what_is_no_agent_is_refused(client: Client, parameters: dict[str, object]) -> None:
    assert client.get("agents", **parameters).status_code == 400


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
def test_head_answers_like_get_without_a_body(client: Client) -> None:
    head = client.send("HEAD", "agents", agent=make_agent())
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_agents_can_only_be_read(client: Client, method: str) -> None:
    response = client.send(method, "agents", agent=make_agent())
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]

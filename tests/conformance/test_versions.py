"""Two versions of xAPI in one store: what each request may say and what each client sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import JSON_TYPE, Client, encode_json
from tests.conformance.samples import make_agent, make_group, make_id, make_iri, make_statement

if TYPE_CHECKING:
    from tests.plugins.server import Credential, LrsServer

RESOURCES = (
    "statements",
    "activities",
    "activities/state",
    "activities/profile",
    "agents",
    "agents/profile",
)
NAME = "X-Experience-API-Version"


@pytest.mark.requirement("XAPI-00331", "XAPI-00333")
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.3", "1.0.3"),
        ("1.0.99", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.0.7", "2.0.0"),
    ],
)
def test_a_version_is_answered_with_its_latest_patch(
    lrs: LrsServer, credential: Credential, asked: str, answered: str
) -> None:
    with Client(lrs.endpoint, credential, asked) as client:
        response = client.get("statements", limit=1)
    assert (response.status_code, response.headers[NAME]) == (200, answered)


@pytest.mark.requirement("XAPI-00321", "XAPI-00331")
@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    "version", [None, "", "0.9", "0.95", "1", "1.1", "1.1.0", "2", "2.1.0", "3.0.0", "1.0.x", "BAD"]
)
def test_another_version_is_refused_everywhere(
    lrs: LrsServer, credential: Credential, resource: str, version: str | None
) -> None:
    with Client(lrs.endpoint, credential, None) as client:
        headers = None if version is None else {NAME: version}
        response = client.send("GET", resource, None, headers)
    assert response.status_code == 400
    assert response.text
    assert NAME in response.headers


@pytest.mark.requirement("XAPI-00331")
def test_a_statement_without_a_version_header_is_not_stored(
    lrs: LrsServer, credential: Credential, client: Client
) -> None:
    statement = make_statement()
    with Client(lrs.endpoint, credential, None) as careless:
        assert careless.send("POST", "statements", statement).status_code == 400
        put = careless.send("PUT", "statements", statement, statementId=statement["id"])
        assert put.status_code == 400
    assert client.get("statements", statementId=statement["id"]).status_code == 404


@pytest.mark.requirement("XAPI-00333")
@pytest.mark.parametrize(
    ("method", "resource", "status"),
    [
        ("GET", "statements", 200),
        ("GET", "statements?foo=bar", 400),
        ("GET", "statements?statementId=0f642e2d-8e51-4739-86c4-ce8eb7758fa1", 404),
        ("HEAD", "statements", 200),
        ("DELETE", "statements", 405),
        ("GET", "nothing", 404),
        ("GET", "activities", 400),
        ("GET", "about", 200),
        ("DELETE", "agents", 405),
    ],
)
def test_every_answer_names_the_version(
    client: Client, method: str, resource: str, status: int
) -> None:
    response = client.send(method, resource)
    assert (response.status_code, response.headers.get(NAME)) == (status, client.version)


@pytest.mark.requirement("XAPI-00333")
def test_an_answer_to_a_stranger_names_the_version(lrs: LrsServer, client: Client) -> None:
    with Client(lrs.endpoint, None, client.version) as stranger:
        response = stranger.get("statements")
    assert (response.status_code, response.headers[NAME]) == (401, client.version)


def make_modern() -> dict[str, Any]:
    """Return a statement that only 2.0 knows: context agents and groups, here and inside."""
    context = {
        "contextAgents": [{"objectType": "contextAgent", "agent": make_agent()}],
        "contextGroups": [
            {
                "objectType": "contextGroup",
                "group": make_group(make_agent()),
                "relevantTypes": [make_iri("types")],
            }
        ],
        "registration": make_id(),
    }
    inner = make_statement(context=context) | {"objectType": "SubStatement"}
    del inner["id"]
    return make_statement(context=context, object=inner)


def test_what_only_2_0_knows_comes_back_to_a_client_of_2_0(client_2_0_0: Client) -> None:
    statement = make_modern()
    client_2_0_0.store(statement)
    fetched = client_2_0_0.fetch(statement["id"])
    assert fetched["context"] == statement["context"]
    assert fetched["object"] == statement["object"]


def test_what_only_2_0_knows_is_hidden_from_a_client_of_1_0_3(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    statement = make_modern()
    client_2_0_0.store(statement)
    plain = {"registration": statement["context"]["registration"]}
    (listed,) = client_1_0_3.find(verb=statement["verb"]["id"])
    for fetched in (client_1_0_3.fetch(statement["id"]), listed):
        assert fetched["context"] == plain
        assert fetched["object"]["context"] == plain
        assert fetched["version"].startswith("1.0.")
        assert fetched["verb"] == statement["verb"]


def test_hiding_leaves_every_other_letter_alone(client_2_0_0: Client, client_1_0_3: Client) -> None:
    score = b'{"raw": 0.12345678901234567890,  "max":1.0}'
    statement = make_modern() | {"result": {"score": 424242}}
    body = encode_json(statement).replace(b"424242", score)
    response = client_2_0_0.send("POST", "statements", body, JSON_TYPE)
    assert response.status_code == 200
    assert score in client_1_0_3.get("statements", statementId=statement["id"]).content


def test_a_time_of_2_0_is_given_to_1_0_3_in_its_own_form(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    """RFC 3339 allows a space, ISO 8601 (and so 1.0.3) does not."""
    statement = make_statement(timestamp="2024-01-01 12:00:00.123Z")
    client_2_0_0.store(statement)
    assert client_2_0_0.fetch(statement["id"])["timestamp"] == statement["timestamp"]
    fetched = client_1_0_3.fetch(statement["id"])
    assert fetched["timestamp"] == "2024-01-01T12:00:00.123Z"


def test_a_statement_of_1_0_3_is_the_same_to_a_client_of_2_0(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    statement = make_statement(context={"platform": "a web page"})
    client_1_0_3.store(statement)
    assert client_2_0_0.fetch(statement["id"]) == client_1_0_3.fetch(statement["id"])


def test_both_kinds_of_statement_are_found_together(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    verb = {"id": make_iri("verbs")}
    (old,) = client_1_0_3.store(make_statement(verb=verb))
    (new,) = client_2_0_0.store(make_modern() | {"verb": verb})
    for client in (client_1_0_3, client_2_0_0):
        assert client.find_ids(verb=verb["id"]) == [new, old]


@pytest.mark.parametrize("key", ["contextAgents", "contextGroups"])
def test_1_0_3_refuses_what_only_2_0_knows(client_1_0_3: Client, key: str) -> None:
    context = {key: make_modern()["context"][key]}
    for statement in (
        make_statement(context=context),
        make_statement(version="1.0.3", context=context),
    ):
        assert client_1_0_3.send("POST", "statements", statement).status_code == 400


def test_1_0_3_refuses_a_statement_that_says_it_is_of_2_0(client_1_0_3: Client) -> None:
    statement = make_statement(version="2.0.0")
    assert client_1_0_3.send("POST", "statements", statement).status_code == 400


@pytest.mark.requirement("XAPI-00101", "XAPI-00332")
def test_2_0_takes_statements_of_both_versions(client_2_0_0: Client) -> None:
    for version in ("1.0.3", "2.0.0", "2.0.5"):
        statement = make_statement(version=version)
        client_2_0_0.store(statement)
        assert client_2_0_0.fetch(statement["id"])["version"] == version


def test_a_statement_sent_again_in_the_other_version_is_the_same(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    statement = make_statement()
    client_1_0_3.store(statement)
    assert client_2_0_0.store(statement) == [statement["id"]]


def test_a_document_stored_in_one_version_is_read_in_the_other(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    where = {"activityId": make_iri("activities"), "agent": make_agent(), "stateId": "one"}
    client_1_0_3.send("PUT", "activities/state", {"a": 1}, **where)
    assert client_2_0_0.get("activities/state", **where).json() == {"a": 1}


@pytest.mark.requirement("XAPI-00330")
def test_what_is_the_same_in_both_versions_is_not_converted(
    client_2_0_0: Client, client_1_0_3: Client
) -> None:
    statement = make_statement(timestamp="2024-01-01T12:00:00+02:00", result={"duration": "PT1.5S"})
    client_2_0_0.store(statement)
    fetched = client_1_0_3.fetch(statement["id"])
    assert {key: fetched[key] for key in statement} == statement

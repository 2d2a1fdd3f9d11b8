"""Who may do what: credentials and the scopes of xAPI."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import make_agent, make_id, make_iri, make_statement
from tests.plugins.server import Credential

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer

RESOURCES: dict[str, dict[str, Any]] = {
    "statements": {"limit": 1},
    "activities": {"activityId": make_iri("activities")},
    "agents": {"agent": make_agent()},
    "activities/state": {
        "activityId": make_iri("activities"),
        "agent": make_agent(),
        "stateId": "one",
    },
    "activities/profile": {"activityId": make_iri("activities"), "profileId": "one"},
    "agents/profile": {"agent": make_agent(), "profileId": "one"},
}


@pytest.mark.requirement("XAPI-00335")
def test_a_credential_is_shown_by_http_basic(client: Client) -> None:
    assert client.get("statements", limit=1).status_code == 200


@pytest.mark.requirement("XAPI-00334")
@pytest.mark.parametrize("resource", RESOURCES)
def test_nobody_comes_in_without_a_credential(
    lrs: LrsServer, client: Client, resource: str
) -> None:
    with Client(lrs.endpoint, None, client.version) as nobody:
        for method in ("GET", "PUT", "POST", "DELETE"):
            response = nobody.send(method, resource, **RESOURCES[resource])
            assert response.status_code in {401, 405}
        response = nobody.get(resource, **RESOURCES[resource])
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].lower().startswith("basic")


@pytest.mark.requirement("XAPI-00334")
def test_a_wrong_key_and_a_wrong_secret_look_alike(lrs: LrsServer, credential: Credential) -> None:
    answers = []
    for wrong in (Credential(credential.key, make_id()), Credential(make_id(), make_id())):
        with Client(lrs.endpoint, wrong, "1.0.3") as stranger:
            response = stranger.get("statements", limit=1)
        assert response.status_code == 401
        answers.append(response.json())
        del answers[-1]["request_id"]
    assert answers[0] == answers[1]


@pytest.mark.requirement("XAPI-00334")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic:" + b64encode(b"a:b").decode(),
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + b64encode(b"a\x00:b").decode(),
        "Bearer token",
        "nonsense",
    ],
)
def test_a_malformed_authorization_is_refused(lrs: LrsServer, header: str) -> None:
    with Client(lrs.endpoint, None, "1.0.3") as stranger:
        response = stranger.send("GET", "statements", None, {"Authorization": header}, limit=1)
    assert response.status_code == 401


def test_a_stranger_writes_nothing(lrs: LrsServer, client: Client) -> None:
    statement = make_statement()
    with Client(lrs.endpoint, Credential(make_id(), make_id()), client.version) as stranger:
        assert stranger.send("POST", "statements", statement).status_code == 401
    assert client.get("statements", statementId=statement["id"]).status_code == 404


def test_a_revoked_credential_is_refused_at_once(lrs: LrsServer, client: Client) -> None:
    credential = lrs.create_credential("to be revoked")
    with Client(lrs.endpoint, credential, client.version) as former:
        assert former.get("statements", limit=1).status_code == 200
        lrs.run("credentials", "revoke", credential.key)
        assert former.get("statements", limit=1).status_code == 401


READ_STATEMENTS = ("GET", "statements")
WRITE_STATEMENTS = ("POST", "statements")
READ_STATE, WRITE_STATE = ("GET", "activities/state"), ("PUT", "activities/state")
READ_PROFILE, WRITE_PROFILE = ("GET", "agents/profile"), ("POST", "activities/profile")
READ_AGENT, READ_ACTIVITY = ("GET", "agents"), ("GET", "activities")
ALL = {
    READ_STATEMENTS,
    WRITE_STATEMENTS,
    READ_STATE,
    WRITE_STATE,
    READ_PROFILE,
    WRITE_PROFILE,
    READ_AGENT,
    READ_ACTIVITY,
}
READS = {READ_STATEMENTS, READ_STATE, READ_PROFILE, READ_AGENT, READ_ACTIVITY}

MUST_ALLOW = {
    "all": ALL,
    "all/read": READS,
    "statements/read": {READ_STATEMENTS},
    "statements/read/mine": {READ_STATEMENTS},
    "statements/write": {WRITE_STATEMENTS},
    "state": {READ_STATE, WRITE_STATE},
    "profile": {READ_PROFILE, WRITE_PROFILE},
    "define": set(),
}
MUST_REFUSE = {
    "all": set(),
    "all/read": ALL - READS,
    "statements/read": {WRITE_STATEMENTS, READ_STATE, WRITE_STATE, READ_PROFILE, WRITE_PROFILE},
    "statements/read/mine": {WRITE_STATEMENTS, READ_STATE, WRITE_STATE, WRITE_PROFILE},
    "statements/write": {READ_STATEMENTS, READ_STATE, WRITE_STATE, READ_PROFILE, WRITE_PROFILE},
    "state": {READ_STATEMENTS, WRITE_STATEMENTS, READ_PROFILE, WRITE_PROFILE},
    "profile": {READ_STATEMENTS, WRITE_STATEMENTS, READ_STATE, WRITE_STATE},
    "define": {READ_STATEMENTS, WRITE_STATEMENTS, READ_STATE, WRITE_STATE, WRITE_PROFILE},
}


def attempt(client: Client, method: str, resource: str) -> int:
    """Do something that is right in every respect but the right to do it."""
    parameters = {} if method != "GET" and resource == "statements" else RESOURCES[resource]
    if "stateId" in parameters or "profileId" in parameters:
        parameters = parameters | {
            name: make_id() for name in ("stateId", "profileId") if name in parameters
        }
    body = None if method == "GET" else make_statement() if resource == "statements" else {"a": 1}
    return client.send(method, resource, body, **parameters).status_code


@pytest.mark.requirement("XAPI-00327")
@pytest.mark.parametrize("scope", MUST_ALLOW)
def test_a_scope_allows_what_it_says_and_no_more(
    lrs: LrsServer, client: Client, scope: str
) -> None:
    """See xAPI 1.0.3, Communication 4.2; what is allowed may still find nothing (404)."""
    limited = lrs.lend_credential(scope)
    with Client(lrs.endpoint, limited, client.version) as other:
        for method, resource in MUST_ALLOW[scope]:
            assert attempt(other, method, resource) in {200, 204, 404}, (method, resource)
        for method, resource in MUST_REFUSE[scope]:
            assert attempt(other, method, resource) == 403, (method, resource)


def test_scopes_add_up(lrs: LrsServer, client: Client) -> None:
    credential = lrs.lend_credential("statements/write", "statements/read/mine")
    statement = make_statement()
    with Client(lrs.endpoint, credential, client.version) as writer:
        writer.store(statement)
        assert writer.fetch(statement["id"])["id"] == statement["id"]


def test_mine_are_the_statements_that_this_credential_sent(lrs: LrsServer, client: Client) -> None:
    credential = lrs.lend_credential("statements/write", "statements/read/mine")
    verb = {"id": make_iri("verbs")}
    own, foreign = make_statement(verb=verb), make_statement(verb=verb)
    client.store(foreign)
    with Client(lrs.endpoint, credential, client.version) as other:
        other.store(own)
        assert other.find_ids(verb=verb["id"]) == [own["id"]]
        assert other.find_ids(verb=verb["id"], ascending=True, limit=1) == [own["id"]]
        assert other.get("statements", statementId=foreign["id"]).status_code == 404
        assert other.get("statements", voidedStatementId=foreign["id"]).status_code == 404
    assert client.find_ids(verb=verb["id"]) == [own["id"], foreign["id"]]


@pytest.mark.requirement("XAPI-00099")
def test_the_authority_is_who_sent_the_statement(lrs: LrsServer, client: Client) -> None:
    statements = [make_statement(), make_statement()]
    credential = lrs.lend_credential("statements/write")
    with Client(lrs.endpoint, credential, client.version) as other:
        other.store(statements[0])
    client.store(statements[1])
    authorities = [client.fetch(each["id"])["authority"] for each in statements]
    assert authorities[0] != authorities[1]

"""Every request as a form (`POST ...?method=PUT`): in 1.0.3, and only there."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import make_agent, make_id, make_iri, make_statement

if TYPE_CHECKING:
    import httpx

    from tests.plugins.server import Credential, LrsServer

pytestmark = pytest.mark.requirement("XAPI-00336")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def post_form(client: Client, resource: str, method: str, /, **fields: object) -> httpx.Response:
    """Send a request the alternate way; a field `If_Match` is the header If-Match."""
    texts = {
        name.replace("_", "-") if name[0].isupper() else name: value
        if isinstance(value, str)
        else json.dumps(value)
        for name, value in fields.items()
    }
    body = urlencode(texts).encode()
    return client.send("POST", f"{resource}?method={method}", body, FORM)


def test_a_statement_is_put_as_a_form(client_1_0_3: Client) -> None:
    statement = make_statement(result={"response": "ä & = + % \U0001f600"})
    response = post_form(
        client_1_0_3, "statements", "PUT", statementId=statement["id"], content=statement
    )
    assert (response.status_code, response.content) == (204, b"")
    assert client_1_0_3.fetch(statement["id"])["result"] == statement["result"]


def test_statements_are_posted_as_a_form(client_1_0_3: Client) -> None:
    batch = [make_statement(), make_statement()]
    response = post_form(client_1_0_3, "statements", "POST", content=batch)
    assert response.json() == [each["id"] for each in batch]


@pytest.mark.requirement("XAPI-00148")
def test_statements_are_asked_for_as_a_form(client_1_0_3: Client) -> None:
    statement = make_statement()
    client_1_0_3.store(statement)
    result = post_form(
        client_1_0_3, "statements", "GET", agent=statement["actor"], limit=1, ascending=True
    )
    assert result.status_code == 200
    assert [each["id"] for each in result.json()["statements"]] == [statement["id"]]
    assert "X-Experience-API-Consistent-Through" in result.headers


def test_pages_of_a_form_go_on_with_plain_links(client_1_0_3: Client) -> None:
    verb = {"id": make_iri("verbs")}
    ids = client_1_0_3.store(make_statement(verb=verb), make_statement(verb=verb))
    result = post_form(client_1_0_3, "statements", "GET", verb=verb["id"], limit=1).json()
    (second,) = client_1_0_3.follow(result["more"]).json()["statements"]
    assert {second["id"], result["statements"][0]["id"]} == set(ids)


@pytest.mark.parametrize(
    "content_type", ["text/plain\r\nX-Split: 1", "a/b\x00", "a/\u20ac", "a/b\n"]
)
def test_a_form_may_not_bring_what_no_header_field_can(
    client_1_0_3: Client, content_type: str
) -> None:
    """It would come back as one when the document is asked for."""
    names = {"agent": make_agent(), "activityId": make_iri("activities"), "stateId": "one"}
    fields = {**names, "content": "x", "Content_Type": content_type}
    response = post_form(client_1_0_3, "activities/state", "PUT", **fields)
    assert response.status_code == 400
    assert "form.Content-Type" in response.text
    assert client_1_0_3.get("activities/state", **names).status_code == 404


@pytest.mark.parametrize("resource", ["activities/state", "activities/profile", "agents/profile"])
def test_a_document_is_put_got_and_deleted_as_a_form(client_1_0_3: Client, resource: str) -> None:
    names: dict[str, Any] = {"agent": make_agent(), "activityId": make_iri("activities")}
    names["stateId" if resource == "activities/state" else "profileId"] = "one"
    if resource != "activities/state":
        del names["activityId" if resource == "agents/profile" else "agent"]
    put = post_form(
        client_1_0_3,
        resource,
        "PUT",
        content="some text",
        Content_Type="text/plain",
        If_None_Match="*",
        **names,
    )
    assert put.status_code == 204
    got = post_form(client_1_0_3, resource, "GET", **names)
    assert (got.text, got.headers["Content-Type"]) == ("some text", "text/plain")
    wrong = post_form(client_1_0_3, resource, "DELETE", If_Match='"wrong"', **names)
    assert wrong.status_code == 412
    right = post_form(client_1_0_3, resource, "DELETE", If_Match=got.headers["ETag"], **names)
    assert right.status_code == 204
    assert client_1_0_3.get(resource, **names).status_code == 404


def test_agents_activities_and_about_are_asked_for_as_a_form(client_1_0_3: Client) -> None:
    assert post_form(client_1_0_3, "agents", "GET", agent=make_agent()).status_code == 200
    activity_id = make_iri("activities")
    response = post_form(client_1_0_3, "activities", "GET", activityId=activity_id)
    assert response.json()["id"] == activity_id
    assert post_form(client_1_0_3, "about", "GET").status_code == 200


def test_head_as_a_form_has_no_body(client_1_0_3: Client) -> None:
    response = post_form(client_1_0_3, "statements", "HEAD", limit=1)
    assert (response.status_code, response.content) == (200, b"")


def test_authorization_and_version_may_be_fields(lrs: LrsServer, credential: Credential) -> None:
    statement = make_statement()
    token = b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
    fields = {"Authorization": f"Basic {token}", "X-Experience-API-Version": "1.0.3"}
    body = urlencode(
        {**fields, "statementId": statement["id"], "content": json.dumps(statement)}
    ).encode()
    with Client(lrs.endpoint, None, None) as nobody:
        response = nobody.send("POST", "statements?method=PUT", body, FORM)
        assert response.status_code == 204
        assert response.headers["X-Experience-API-Version"] == "1.0.3"


@pytest.mark.requirement("XAPI-00334")
def test_a_wrong_authorization_in_a_field_is_refused(lrs: LrsServer) -> None:
    token = b64encode(b"nobody:knows").decode()
    with Client(lrs.endpoint, None, "1.0.3") as nobody:
        fields = {"Authorization": f"Basic {token}"}
        assert post_form(nobody, "statements", "GET", **fields).status_code == 401
        assert post_form(nobody, "statements", "GET").status_code == 401


def test_a_version_in_a_field_counts(client_1_0_3: Client) -> None:
    fields = {"X-Experience-API-Version": "0.8"}
    statement = make_statement()
    response = post_form(
        client_1_0_3, "statements", "PUT", statementId=statement["id"], content=statement, **fields
    )
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("method=PUT&statementId={id}", ("content",)),
        ("method=PUT", ("statementId",)),
        ("method=PUT", ()),
        ("method=PUT", ("content",)),
        ("method=", ("statementId", "content")),
        ("method=PATCH", ("statementId", "content")),
        ("method=PUT&method=PUT", ("statementId", "content")),
        ("method=PUT", ("statementId", "content", "foo")),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    client_1_0_3: Client, query: str, fields: tuple[str, ...]
) -> None:
    statement = make_statement()
    values = {"statementId": statement["id"], "content": json.dumps(statement), "foo": "bar"}
    body = urlencode({name: values[name] for name in fields}).encode()
    path = f"statements?{query.format(id=statement['id'])}"
    assert client_1_0_3.send("POST", path, body, FORM).status_code == 400
    assert client_1_0_3.get("statements", statementId=statement["id"]).status_code == 404


@pytest.mark.parametrize(
    "content", ["", "{", "null", json.dumps(make_statement(verb={"id": "no scheme"}))]
)
def test_a_content_that_is_no_statement_is_refused(client_1_0_3: Client, content: str) -> None:
    response = post_form(client_1_0_3, "statements", "PUT", statementId=make_id(), content=content)
    assert response.status_code == 400


def test_a_form_must_be_a_form(client_1_0_3: Client) -> None:
    statement = make_statement()
    body = json.dumps({"statementId": statement["id"], "content": statement}).encode()
    for headers in (FORM, {"Content-Type": "application/json"}):
        response = client_1_0_3.send("POST", "statements?method=PUT", body, headers)
        assert response.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_form_must_be_posted(client_1_0_3: Client, method: str) -> None:
    body = urlencode({"content": json.dumps(make_statement())}).encode()
    response = client_1_0_3.send(method, "statements?method=POST", body, FORM)
    assert response.status_code in {400, 405}


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_2_0_knows_no_alternate_syntax(client_2_0_0: Client, method: str) -> None:
    statement = make_statement()
    response = post_form(
        client_2_0_0, "statements", method, statementId=statement["id"], content=statement
    )
    assert response.status_code == 400
    assert client_2_0_0.get("statements", statementId=statement["id"]).status_code == 404


def test_a_document_may_be_a_form_all_the_same(client: Client) -> None:
    """Only the parameter `method` makes a request an alternate one."""
    where = {"activityId": make_iri("activities"), "agent": make_agent(), "stateId": "one"}
    body = b"method=GET&content=x"
    assert client.send("PUT", "activities/state", body, FORM, **where).status_code == 204
    assert client.get("activities/state", **where).content == body

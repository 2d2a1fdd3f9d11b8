"""What a server really answers fits the OpenAPI description, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lrs.resources.openapi import description
from tests.conformance.multipart import HEADERS as MULTIPART
from tests.conformance.multipart import encode_statements
from tests.conformance.samples import make_activity, make_agent, make_attachment, make_statement
from tests.documentation.description import BASE, JSON_TYPE, Caller
from tests.projections.reference.samples import badge_iri, course_iri, make_badge, make_course

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugins.server import LrsServer


@pytest.fixture(scope="session")
def caller(lrs: LrsServer) -> Iterator[Caller]:
    """Call the server with every right."""
    caller = Caller(lrs)
    with caller.http:
        yield caller


def test_answers_about_statements_fit_the_description(caller: Caller) -> None:
    path = f"{BASE}/statements"
    one, two = make_statement(), make_statement(actor=make_agent(name="Anna"))
    caller.send(200, f"POST {path}", one)
    caller.send(200, f"POST {path}", [one, two])
    caller.send(200, f"POST {path}", [])
    caller.send(204, f"PUT {path}", make_statement(id=one["id"]) | one, statementId=one["id"])
    caller.send(200, f"GET {path}", statementId=one["id"])
    caller.send(200, f"HEAD {path}", statementId=one["id"])
    for form in ("exact", "ids", "canonical"):
        caller.send(200, f"GET {path}", format=form, limit=5)
    caller.send(404, f"GET {path}", voidedStatementId=one["id"])
    caller.send(204, f"OPTIONS {path}")


def test_answers_with_attachments_fit_the_description(caller: Caller) -> None:
    path = f"{BASE}/statements"
    content = b"\x00\xff\r\n--"
    statement = make_statement(attachments=[make_attachment(content)])
    caller.send(200, f"POST {path}", encode_statements(statement, content), MULTIPART)
    caller.send(200, f"GET {path}", statementId=statement["id"], attachments=True)
    caller.send(200, f"GET {path}", agent=statement["actor"], attachments=True)


def test_refusals_of_statements_fit_the_description(caller: Caller) -> None:
    path = f"{BASE}/statements"
    stored = make_statement()
    caller.send(200, f"POST {path}", stored)
    caller.send(409, f"POST {path}", make_statement(id=stored["id"]))
    caller.send(400, f"POST {path}", {})
    caller.send(400, f"POST {path}", b"{", {"Content-Type": JSON_TYPE})
    caller.send(400, f"POST {path}", b"", MULTIPART)
    caller.send(413, f"POST {path}", [stored] * 10_001)
    caller.send(400, f"GET {path}", limit="x")
    caller.send(400, f"GET {path}", headers={"X-Experience-API-Version": "3.0"})
    caller.send(401, f"GET {path}", headers={"Authorization": "Basic eDp5"})


@pytest.mark.parametrize("resource", ["activities/state", "activities/profile", "agents/profile"])
def test_answers_about_documents_fit_the_description(caller: Caller, resource: str) -> None:
    path = f"{BASE}/{resource}"
    owner = {"activityId": make_activity()["id"], "agent": make_agent()}
    if resource != "activities/state":
        owner.pop("agent" if resource.startswith("activities") else "activityId")
    named = owner | {"stateId" if "state" in resource else "profileId": "x"}
    caller.send(404, f"GET {path}", **named)
    caller.send(204, f"PUT {path}", {"a": 1}, {"If-None-Match": "*"}, **named)
    caller.send(409, f"PUT {path}", {"a": 2}, **named)
    caller.send(412, f"PUT {path}", {"a": 2}, {"If-Match": '"x"'}, **named)
    caller.send(204, f"POST {path}", {"b": 2}, **named)
    caller.send(400, f"POST {path}", b"text", {"Content-Type": "text/plain"}, **named)
    tag = caller.send(200, f"GET {path}", **named).headers["ETag"]
    caller.send(304, f"GET {path}", None, {"If-None-Match": tag}, **named)
    caller.send(200, f"GET {path}", **owner)
    caller.send(200, f"GET {path}", since="2026-01-01T00:00:00Z", **owner)
    caller.send(204, f"DELETE {path}", None, {"If-Match": tag}, **named)
    caller.send(400, f"GET {path}")


def test_answers_about_activities_persons_and_versions_fit_the_description(caller: Caller) -> None:
    activity = make_activity(name={"fr": "Secourisme"})
    agent = make_agent(name="Anna")
    caller.send(200, f"POST {BASE}/statements", make_statement(actor=agent, object=activity))
    found = caller.send(200, f"GET {BASE}/activities", activityId=activity["id"])
    assert found.json() == activity
    caller.send(400, f"GET {BASE}/activities")
    found = caller.send(200, f"GET {BASE}/agents", agent=agent)
    assert found.json()["name"] == ["Anna"]
    caller.send(200, f"GET {BASE}/about")


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("catalogue", {"courses": [make_course(1)]}, {"iri": course_iri(1)}),
        ("badge-definitions", {"badges": [make_badge(1)]}, {"iri": badge_iri(1)}),
        (
            "directory",
            {"rows": [{"identifier": "anna@example.org", "learner": "anna"}]},
            {"identifier": "anna@example.org"},
        ),
    ],
)
def test_answers_about_reference_data_fit_the_description(
    caller: Caller, path: str, body: object, key: dict[str, str]
) -> None:
    path = f"/records/{path}"
    caller.send(200, f"POST {path}", body)
    tag = caller.send(200, f"GET {path}").headers["ETag"]
    caller.send(304, f"GET {path}", None, {"If-None-Match": tag})
    caller.send(200, f"HEAD {path}")
    caller.send(400, f"POST {path}", {"nonsense": []})
    caller.send(400, f"POST {path}", b"{", {"Content-Type": JSON_TYPE})
    caller.send(412, f"PUT {path}", body, {"If-Match": '"0"'})
    caller.send(413, f"PUT {path}", b" " * 10_000_001, {"Content-Type": JSON_TYPE})
    caller.send(400, f"DELETE {path}")
    caller.send(200, f"DELETE {path}", None, {"If-Match": tag}, **key)
    caller.send(
        200, f"PUT {path}", caller.send(200, f"GET {path}").content, {"Content-Type": JSON_TYPE}
    )


def test_answers_about_the_server_itself_fit_the_description(caller: Caller) -> None:
    for path in ("/health", "/health/live", "/health/ready", "/metrics"):
        caller.send(200, f"GET {path}")
        caller.send(200, f"HEAD {path}")
    served = caller.send(200, "GET /openapi.json")
    assert served.content == description("/xapi")
    assert served.headers["content-type"].endswith("version=3.1")


def test_answers_to_queries_fit_the_description(lrs: LrsServer, caller: Caller) -> None:
    path = "/analytics/query"
    query = {"sql": "SELECT 1 AS one"}
    caller.send(400, f"POST {path}", {"sql": ""})
    lrs.run("analytics", "export")
    caller.send(200, f"POST {path}", query)
    caller.send(200, f"POST {path}", query | {"format": "csv"})
    caller.send(200, f"POST {path}", b"SELECT 1 AS one", {"Content-Type": "text/plain"})
    caller.send(400, f"POST {path}", {"sql": "SELECT one"})
    caller.send(204, f"OPTIONS {path}")

"""The description of the interface says what the server does, all of it and nothing else."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from importlib.metadata import version
from itertools import product
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lrs import refusals
from lrs.app import XAPI_RESOURCES, routes
from lrs.auth import SCOPES
from lrs.errors import STATUSES
from lrs.metrics import Metrics
from lrs.resources import metrics
from lrs.resources.openapi import description
from lrs.services import Services
from lrs.settings import Settings
from lrs.store import Store
from statements.opening import open_database
from statements.writer import Limits
from tests.conformance.client import PLAIN, encode_json
from tests.conformance.multipart import HEADERS as MULTIPART
from tests.conformance.multipart import encode_statements, read_parts
from tests.conformance.samples import make_activity, make_agent, make_attachment, make_statement
from tests.schemas.samples import MISSING, OF_VERSION_1, OF_VERSION_2, changed
from tests.schemas.test_accepted import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.plugins.server import LrsServer

Json = dict[str, Any]

# References get an absolute address, so that a schema taken out of the description keeps them.
ADDRESS = "urn:description"
DOCUMENT: Json = json.loads(description().replace(b'"#/', f'"{ADDRESS}#/'.encode()))
REGISTRY = Registry[Any]().with_resource(ADDRESS, DRAFT202012.create_resource(DOCUMENT))
RESOLVER = REGISTRY.resolver()
METHODS = {"get", "head", "put", "post", "delete", "options", "patch", "trace"}
BASE = "/" + DOCUMENT["servers"][0]["variables"]["base"]["default"]
RIGHTS = sorted(frozenset().union(*SCOPES.values()))
KNOWN = re.compile(r"is not a parameter here; known are: (.*)")


class Operation:
    """One operation of the description, its references followed."""

    def __init__(self, template: str, method: str) -> None:
        item = DOCUMENT["paths"][template]
        self.method = method
        self.path = template if "servers" in item else BASE + template
        self.facts = item[method]
        parameters = [*item.get("parameters", ()), *self.facts.get("parameters", ())]
        self.parameters = [follow(each) for each in parameters]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def query(self) -> set[str]:
        """Names of the query parameters."""
        return {each["name"] for each in self.parameters if each["in"] == "query"}

    @property
    def rights(self) -> set[str]:
        """Rights of which a caller needs one; none for a public operation."""
        demanded = self.facts.get("security", DOCUMENT["security"])
        return {right for each in demanded for right in each["basic"]}

    def response(self, status: int) -> Json:
        """The described response with this status."""
        responses = self.facts["responses"]
        return follow(responses.get(str(status), responses.get("default")))


def follow(node: Json) -> Json:
    """Return what a reference object leads to, or the node itself."""
    return RESOLVER.lookup(node["$ref"]).contents if "$ref" in node else node


def walk(node: object) -> Iterator[Json]:
    """Yield every object in a JSON value."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def validator(schema: Json) -> Draft202012Validator:
    """Validate by a schema of the description."""
    return Draft202012Validator(schema, registry=REGISTRY)


def component(name: str) -> Draft202012Validator:
    """Validate by one of the named schemas."""
    return validator({"$ref": f"{ADDRESS}#/components/schemas/{name}"})


OPERATIONS = [
    Operation(template, method)
    for template, item in DOCUMENT["paths"].items()
    for method in METHODS & item.keys()
]
WITH_PARAMETERS = [e for e in OPERATIONS if e.path.startswith(BASE) and e.method != "options"]


# The description itself


def test_the_description_is_of_this_version() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["version"] == version("villeapp-lrs")


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    references = {node["$ref"] for node in walk(DOCUMENT) if isinstance(node.get("$ref"), str)}
    for reference in references:
        assert RESOLVER.lookup(reference).contents
    components = {
        f"{ADDRESS}#/components/{kind}/{name}"
        for kind, named in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert components == references


def test_operations_have_names_of_their_own_and_a_summary() -> None:
    names = Counter(each.facts["operationId"] for each in OPERATIONS)
    assert [name for name, count in names.items() if count > 1] == []
    tags = {each["name"] for each in DOCUMENT["tags"]}
    for operation in OPERATIONS:
        assert operation.facts["summary"], operation
        assert set(operation.facts["tags"]) <= tags, operation


def test_every_response_is_described_and_has_a_body_where_there_is_one() -> None:
    for operation in OPERATIONS:
        for status, response in operation.facts["responses"].items():
            described = follow(response)
            assert described["description"], operation
            bodiless = operation.method == "head" or status in {"204", "304"}
            assert ("content" in described) is not bodiless, f"{operation} {status}"


def test_every_schema_is_a_json_schema() -> None:
    schemas = [node["schema"] for node in walk(DOCUMENT) if "schema" in node]
    for schema in [*schemas, *DOCUMENT["components"]["schemas"].values()]:
        Draft202012Validator.check_schema(schema)


def test_parameters_are_named_once_and_have_a_schema_or_a_content() -> None:
    for operation in OPERATIONS:
        names = [(each["in"], each["name"]) for each in operation.parameters]
        assert len(set(names)) == len(names), operation
        for each in operation.parameters:
            assert ("schema" in each) is not ("content" in each), f"{operation} {each['name']}"
            assert each["description"], f"{operation} {each['name']}"


def test_every_code_of_an_error_is_described() -> None:
    edge = [each for each in vars(refusals).values() if isinstance(each, refusals.Refusal)]
    codes = {code for _, code in STATUSES.values()} | {each.code for each in edge}
    assert set(DOCUMENT["components"]["schemas"]["Error"]["properties"]["error"]["enum"]) == codes


@pytest.mark.parametrize(
    "statement",
    [
        *OF_VERSION_1,
        OF_VERSION_2,
        *(changed(one, path, value) for one, path, values in VARIANTS for value in values),
    ],
)
def test_every_statement_that_is_taken_fits_the_description(statement: Json) -> None:
    assert list(component("Statement").iter_errors(statement)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *product(("actor", "verb", "object"), (MISSING, None, "x")),
        ("id", "x"),
        ("verb.id", "passed"),
        ("actor.mbox", "a@example.com"),
        ("actor.openid", "https://example.com/a"),
        ("result.score.scaled", 2),
        ("version", "3.0"),
        ("attachments.0.sha2", "x"),
    ],
)
def test_what_is_no_statement_does_not_fit(path: str, value: object) -> None:
    full = OF_VERSION_1[3]
    assert not component("Statement").is_valid(changed(full, path, value))


# What the server has


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Build what resources work with, without a database behind it."""
    database = open_database(f"sqlite:///{tmp_path / 'never-opened'}")
    return Services(Settings(), Store(database, 1, Limits()), Metrics())


def test_every_route_is_described_and_every_described_path_is_a_route(services: Services) -> None:
    assert {each.path for each in routes(services)} == {each.path for each in OPERATIONS}


def test_every_method_is_described_and_every_described_method_is_there(services: Services) -> None:
    resources = [(BASE + each.path, each) for each in XAPI_RESOURCES]
    there = {
        path: {*each.handlers, "OPTIONS"} | ({"HEAD"} if "GET" in each.handlers else set())
        for path, each in [*resources, (metrics.RESOURCE.path, metrics.RESOURCE)]
    }
    there |= {each.path: each.methods for each in routes(services) if each.methods}
    described: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        described.setdefault(operation.path, set()).add(operation.method.upper())
    assert described == there


# What the server does


class Caller:
    """Sends requests and holds every answer against the description."""

    def __init__(self, lrs: LrsServer) -> None:
        credential = lrs.lend_credential()
        known = b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
        headers = {"X-Experience-API-Version": "2.0.0", "Authorization": f"Basic {known}"}
        self.http = httpx.Client(base_url=lrs.url, headers=headers, trust_env=False, verify=PLAIN)

    def send(
        self,
        status: int,
        request: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> httpx.Response:
        """Send `METHOD /path` and return the answer, checked, if it has the status."""
        method, path = request.split(" ")
        texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in parameters.items()}
        content = body if isinstance(body, bytes | None) else encode_json(body)
        kind = {} if body is None or isinstance(body, bytes) else {"Content-Type": JSON_TYPE}
        response = self.http.request(
            method, path, content=content, headers={**kind, **(headers or {})}, params=texts or None
        )
        assert response.status_code == status, response.text
        check(operation_of(path, method.lower()), response)
        return response


JSON_TYPE = "application/json"


def operation_of(path: str, method: str) -> Operation:
    """The operation that a request is for."""
    bare = path.partition("?")[0]
    return next(each for each in OPERATIONS if (each.path, each.method) == (bare, method))


def check(operation: Operation, response: httpx.Response) -> None:
    """Hold an answer against the description: header fields, content type, body."""
    described = operation.response(response.status_code)
    for name, reference in described.get("headers", {}).items():
        check_header(follow(reference), response.headers.get(name), f"{operation}: {name}")
    if "content" not in described:
        assert response.content == b"", operation
        return
    media_type = response.headers["content-type"].partition(";")[0]
    content = described["content"]
    assert media_type in content or "*/*" in content, f"{operation}: {media_type}"
    check_body(content.get(media_type) or content["*/*"], media_type, response)


def check_header(described: Json, value: str | None, place: str) -> None:
    """Hold the value of a header field, or its absence, against the description."""
    if value is None:
        assert not described.get("required"), place
        return
    schema = described["schema"]
    validator(schema).validate(int(value) if schema.get("type") == "integer" else value)


def check_body(described: Json, media_type: str, response: httpx.Response) -> None:
    """Hold a body against its schema."""
    if media_type == "multipart/mixed":
        first, contents = read_parts(response)
        value: object = {"statements": first, "attachments": [*contents]}
    elif media_type.endswith("json"):
        value = response.json()
    else:
        value = response.text
    validator(described["schema"]).validate(value)


@pytest.fixture(scope="session")
def caller(lrs: LrsServer) -> Iterator[Caller]:
    """Call the server with every right."""
    caller = Caller(lrs)
    with caller.http:
        yield caller


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
def test_the_described_parameters_are_those_that_are_known(
    lrs_on_sqlite: LrsServer, operation: Operation
) -> None:
    caller = Caller(lrs_on_sqlite)
    method = "GET" if operation.method == "head" else operation.method.upper()
    with caller.http:
        answer = caller.send(400, f"{method} {operation.path}", nonsense="1").json()
    match = KNOWN.fullmatch(answer["problems"][0]["rule"])
    assert match, answer
    assert operation.query == set(match[1].split(", ")) - {"none"}


@pytest.mark.parametrize("right", RIGHTS)
def test_an_operation_is_allowed_by_the_described_rights_and_by_no_other(
    lrs_on_sqlite: LrsServer, right: str
) -> None:
    scope = next(name for name, rights in SCOPES.items() if rights == {right} or name == right)
    gives = SCOPES[scope]
    credential = lrs_on_sqlite.lend_credential(scope)
    version_header = {"X-Experience-API-Version": "2.0.0"}
    with httpx.Client(
        base_url=lrs_on_sqlite.url,
        auth=(credential.key, credential.secret),
        headers=version_header,
        trust_env=False,
        verify=PLAIN,
    ) as http:
        for operation in OPERATIONS:
            status = http.request(operation.method, operation.path).status_code
            is_forbidden = bool(operation.rights) and gives.isdisjoint(operation.rights)
            assert (status == 403) is is_forbidden, f"{operation}: {status}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_what_is_not_described_as_public_needs_a_credential(
    lrs_on_sqlite: LrsServer, operation: Operation
) -> None:
    with httpx.Client(base_url=lrs_on_sqlite.url, trust_env=False, verify=PLAIN) as http:
        status = http.request(operation.method, operation.path).status_code
    assert (status == 401) is bool(operation.rights)


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


def test_answers_about_the_server_itself_fit_the_description(caller: Caller) -> None:
    for path in ("/health", "/health/live", "/health/ready", "/metrics"):
        caller.send(200, f"GET {path}")
        caller.send(200, f"HEAD {path}")
    served = caller.send(200, "GET /openapi.json")
    assert served.content == description()
    assert served.headers["content-type"].endswith("version=3.1")

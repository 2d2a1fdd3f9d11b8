"""The description of the interface names what the server has and demands, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version
from itertools import product
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from lrs import refusals
from lrs.app import RESOURCES_BESIDE, XAPI_RESOURCES, routes
from lrs.auth import SCOPES
from lrs.errors import STATUSES
from lrs.metrics import Metrics
from lrs.records.past import Times
from lrs.records.store import Records
from lrs.services import Services
from lrs.settings import Settings
from lrs.store import Store
from statements.opening import open_database
from statements.writer import Limits
from tests.conformance.client import PLAIN
from tests.documentation.description import (
    ADDRESS,
    BASE,
    DOCUMENT,
    OPERATIONS,
    RESOLVER,
    Caller,
    Operation,
    component,
    follow,
    walk,
)
from tests.schemas.samples import MISSING, OF_VERSION_1, OF_VERSION_2, changed
from tests.schemas.test_accepted import VARIANTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugins.server import LrsServer

Json = dict[str, Any]

RIGHTS = sorted(frozenset().union(*SCOPES.values()))
KNOWN = re.compile(r"is not a parameter here; known are: (.*)")

WITH_PARAMETERS = [
    e for e in OPERATIONS if e.path.startswith((BASE, "/records")) and e.method != "options"
]


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


def template_of(path: str) -> str:
    """The path of a route as the description writes it."""
    return path.replace(":path}", "}")


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Build what resources work with, without a database behind it."""
    database = open_database(f"sqlite:///{tmp_path / 'never-opened'}")
    records = Records(lambda: open_database(f"sqlite:///{tmp_path / 'no-records'}"), Times(1800))
    return Services(Settings(), Store(database, 1, Limits()), Metrics(), records)


def test_every_route_is_described_and_every_described_path_is_a_route(services: Services) -> None:
    assert {template_of(each.path) for each in routes(services)} == {e.path for e in OPERATIONS}


def test_every_method_is_described_and_every_described_method_is_there() -> None:
    resources = [(BASE + each.path, each) for each in XAPI_RESOURCES]
    there = {
        template_of(path): {*each.handlers, "OPTIONS"}
        | ({"HEAD"} if "GET" in each.handlers else set())
        for path, each in [*resources, *((each.path, each) for each in RESOURCES_BESIDE)]
    }
    described: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        described.setdefault(operation.path, set()).add(operation.method.upper())
    assert described == there


# What the server demands


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

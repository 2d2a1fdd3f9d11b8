"""The OpenAPI description taken apart, and a caller that holds every answer against it."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lrs.resources.openapi import description
from tests.conformance.client import PLAIN, encode_json
from tests.conformance.multipart import read_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.plugins.server import LrsServer

Json = dict[str, Any]

# References get an absolute address, so that a schema taken out of the description keeps them.
ADDRESS = "urn:description"
DOCUMENT: Json = json.loads(description("/xapi").replace(b'"#/', f'"{ADDRESS}#/'.encode()))
REGISTRY = Registry[Any]().with_resource(ADDRESS, DRAFT202012.create_resource(DOCUMENT))
RESOLVER = REGISTRY.resolver()
METHODS = {"get", "head", "put", "post", "delete", "options", "patch", "trace"}
BASE = "/" + DOCUMENT["servers"][0]["variables"]["base"]["default"]
JSON_TYPE = "application/json"


class Operation:
    """One operation of the description, its references followed."""

    def __init__(self, template: str, method: str) -> None:
        item = DOCUMENT["paths"][template]
        self.template = template
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
    for method in sorted(METHODS & item.keys())
]


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

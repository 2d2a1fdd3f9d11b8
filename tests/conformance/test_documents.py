"""What the three document resources share: contents, types, merging, headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha1
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_agent, make_iri

if TYPE_CHECKING:
    import httpx

    from tests.conformance.client import Client

JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}


class Document:
    """A document of one of the resources, not yet stored."""

    def __init__(self, client: Client, resource: str) -> None:
        self.client = client
        self.resource = resource
        self.names = make_names(resource)

    def send(
        self, method: str, body: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a request about this document."""
        return self.client.send(method, self.resource, body, headers, **self.names)

    def get(self) -> httpx.Response:
        """Ask for this document."""
        return self.send("GET")


def make_names(resource: str) -> dict[str, Any]:
    """Return the parameters of a new document."""
    names: dict[str, Any] = {}
    if resource.startswith("activities"):
        names["activityId"] = make_iri("activities")
    if resource != "activities/profile":
        names["agent"] = make_agent()
    return names | {"stateId" if resource == "activities/state" else "profileId": "one"}


@pytest.fixture(params=["activities/state", "activities/profile", "agents/profile"])
def document(client: Client, request: pytest.FixtureRequest) -> Document:
    """Name a new document of each resource."""
    return Document(client, request.param)


CREATE = {"If-None-Match": "*"}


@pytest.mark.requirement("XAPI-00230", "XAPI-00282", "XAPI-00311")
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"plain text", "text/plain"),
        (b"", "text/plain"),
        (bytes(range(256)), "application/octet-stream"),
        ("Hyvää".encode("latin-1"), "text/html; charset=iso-8859-1"),
        (b'{"a" : 1.50, "b":{}}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b'{"a": 1}', "application/json; charset=utf-8"),
    ],
)
def test_a_put_document_comes_back_byte_by_byte_with_its_type(
    document: Document, content: bytes, content_type: str
) -> None:
    headers = CREATE | {"Content-Type": content_type}
    assert document.send("PUT", content, headers).status_code == 204
    response = document.get()
    assert response.content == content
    assert response.headers["Content-Type"] == content_type


def test_a_document_of_a_megabyte_is_kept(document: Document) -> None:
    content = bytes(range(256)) * 4096
    headers = CREATE | {"Content-Type": "application/octet-stream"}
    assert document.send("PUT", content, headers).status_code == 204
    assert document.get().content == content


def test_a_put_replaces_the_whole_document(document: Document) -> None:
    document.send("PUT", {"a": 1}, CREATE)
    tag = document.get().headers["ETag"]
    assert document.send("PUT", b"text", TEXT | {"If-Match": tag}).status_code == 204
    response = document.get()
    assert (response.content, response.headers["Content-Type"]) == (b"text", "text/plain")


@pytest.mark.requirement("XAPI-00189", "XAPI-00231", "XAPI-00233")
@pytest.mark.requirement("XAPI-00272", "XAPI-00280", "XAPI-00283")
@pytest.mark.requirement("XAPI-00286", "XAPI-00292", "XAPI-00310", "XAPI-00312")
@pytest.mark.parametrize(
    ("content", "headers"), [(b'{"a": 1}', JSON), (b"text", TEXT), (b"[1]", TEXT)]
)
def test_a_post_of_a_new_document_stores_it(
    document: Document, content: bytes, headers: dict[str, str]
) -> None:
    assert document.send("POST", content, headers).status_code == 204
    assert document.get().content == content


@pytest.mark.requirement("XAPI-00183", "XAPI-00184", "XAPI-00234", "XAPI-00279", "XAPI-00308")
@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"y": 3}}),
        ({"a": 1}, {"a": None}, {"a": None}),
        ({"a": 1}, {}, {"a": 1}),
        ({}, {"": []}, {"": []}),
    ],
)
def test_a_post_merges_the_top_level_of_two_objects(
    document: Document, old: object, new: object, merged: object
) -> None:
    assert document.send("POST", old).status_code == 204
    assert document.send("POST", new).status_code == 204
    response = document.get()
    assert response.json() == merged
    assert response.headers["Content-Type"].startswith("application/json")


def test_a_merge_keeps_numbers_to_the_letter(document: Document) -> None:
    document.send("POST", b'{"old": 0.12345678901234567890}', JSON)
    document.send("POST", b'{"new": 123456789012345678901234567890}', JSON)
    assert b"0.12345678901234567890" in document.get().content
    assert b"123456789012345678901234567890" in document.get().content


def test_a_charset_makes_no_other_type(document: Document) -> None:
    utf8 = {"Content-Type": "application/json; charset=utf-8"}
    document.send("POST", b'{"a": 1}', utf8)
    assert document.send("POST", b'{"b": 2}', JSON).status_code == 204
    assert document.get().json() == {"a": 1, "b": 2}


@pytest.mark.requirement("XAPI-00182", "XAPI-00229", "XAPI-00232")
@pytest.mark.requirement("XAPI-00278", "XAPI-00281", "XAPI-00309", "XAPI-00313")
@pytest.mark.parametrize(
    ("old", "old_type", "new", "new_type"),
    [
        (b'{"a": 1}', JSON, b"text", TEXT),
        (b'{"a": 1}', JSON, b'{"b": 2}', {"Content-Type": "application/octet-stream"}),
        (b'{"a": 1}', JSON, b"abc", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b'{"a": 1}', JSON, b'{"b": 2}{', JSON),
        (b'{"a": 1}', JSON, b"[2]", JSON),
        (b'{"a": 1}', JSON, b'"text"', JSON),
        (b'{"a": 1}', JSON, b"null", JSON),
        (b'{"a": 1}', JSON, b"", JSON),
        (b"text", TEXT, b'{"b": 2}', JSON),
        (b'{"a": 1}', TEXT, b'{"b": 2}', JSON),
        (b'{"a": 1}', TEXT, b'{"b": 2}', TEXT),
        (b"[1]", JSON, b'{"b": 2}', JSON),
    ],
)
def test_a_post_that_cannot_be_merged_is_refused_and_changes_nothing(
    document: Document,
    old: bytes,
    old_type: dict[str, str],
    new: bytes,
    new_type: dict[str, str],
) -> None:
    assert document.send("PUT", old, CREATE | old_type).status_code == 204
    before = document.get()
    assert document.send("POST", new, new_type).status_code == 400
    after = document.get()
    for name in ("ETag", "Last-Modified", "Content-Type"):
        assert after.headers[name] == before.headers[name]
    assert after.content == old


@pytest.mark.requirement("XAPI-00235", "XAPI-00284", "XAPI-00314")
@pytest.mark.parametrize("body", [b"{", b'{"a": 1}[', b"", b"{'a': 1}", b'{"a": \xff}'])
def test_a_new_document_that_claims_to_be_json_must_be(document: Document, body: bytes) -> None:
    assert document.send("POST", body, JSON).status_code == 400
    assert document.get().status_code == 404


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
def test_head_answers_like_get_without_a_body(document: Document) -> None:
    document.send("POST", {"a": 1})
    got, head = document.get(), document.send("HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "ETag", "Last-Modified", "X-Experience-API-Version"):
        assert head.headers[name] == got.headers[name]


def test_head_of_a_document_that_is_not_there_is_not_found(document: Document) -> None:
    head = document.send("HEAD")
    assert (head.status_code, head.content) == (404, b"")


def test_the_tag_is_the_sha_1_of_the_content(document: Document) -> None:
    """See xAPI 1.0.3, Communication 3.1: lower-case hexadecimal digits, in quotes."""
    document.send("POST", b'{"a": 1}', JSON)
    digest = sha1(b'{"a": 1}', usedforsecurity=False).hexdigest()
    assert document.get().headers["ETag"] == f'"{digest}"'


def test_a_document_was_last_modified_just_now(document: Document) -> None:
    document.send("POST", {"a": 1})
    modified = parsedate_to_datetime(document.get().headers["Last-Modified"])
    assert abs(datetime.now(UTC) - modified) < timedelta(minutes=1)


@pytest.mark.requirement("XAPI-00324", "XAPI-00325")
@pytest.mark.parametrize("name", ["foo", "ActivityId", "AGENT", "format"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_an_unknown_parameter_is_refused(document: Document, method: str, name: str) -> None:
    document.names |= {name: "x"}
    body = {"a": 1} if method in ("PUT", "POST") else None
    assert document.send(method, body, CREATE).status_code == 400

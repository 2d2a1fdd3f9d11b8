"""Documents and entity tags: nobody overwrites what they have not seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.conformance.test_documents import CREATE, Document

if TYPE_CHECKING:
    from tests.conformance.client import Client

pytestmark = pytest.mark.requirement("XAPI-00322")

RESOURCES = ("activities/state", "activities/profile", "agents/profile")
WRONG_TAGS = ('"1234"', f'"{"1" * 40}"', 'W/"1234"', '"a", "b"')
OLD, NEW = {"old": 1}, {"new": 2}


@pytest.fixture(params=RESOURCES)
def document(client: Client, request: pytest.FixtureRequest) -> Document:
    """Store a document in each resource."""
    document = Document(client, request.param)
    assert document.send("POST", OLD).status_code == 204
    return document


@pytest.fixture(params=RESOURCES)
def missing(client: Client, request: pytest.FixtureRequest) -> Document:
    """Name a document of each resource that is not there."""
    return Document(client, request.param)


def get_tag(document: Document) -> str:
    tag = document.get().headers["ETag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    return tag


def test_a_tag_changes_with_the_content_and_only_then(document: Document) -> None:
    first = get_tag(document)
    assert get_tag(document) == first
    document.send("POST", NEW)
    second = get_tag(document)
    assert second != first
    document.send("POST", NEW)
    assert get_tag(document) == second


@pytest.mark.parametrize("tag", WRONG_TAGS)
@pytest.mark.parametrize(("method", "body"), [("PUT", NEW), ("POST", NEW), ("DELETE", None)])
def test_the_wrong_tag_changes_nothing(
    document: Document, method: str, body: object, tag: str
) -> None:
    assert document.send(method, body, {"If-Match": tag}).status_code == 412
    assert document.get().json() == OLD


def test_a_tag_that_is_none_is_refused_at_once_however_long_it_is(document: Document) -> None:
    response = document.send("POST", NEW, {"If-Match": "a" * 12_000 + " b"})
    assert response.status_code == 412
    assert response.elapsed.total_seconds() < 1


AFTER = {"PUT": NEW, "POST": OLD | NEW, "DELETE": None}


@pytest.mark.parametrize("method", AFTER)
@pytest.mark.parametrize("write", ["{}", '"other", {}', "*"])
def test_the_right_tag_lets_through(document: Document, write: str, method: str) -> None:
    headers = {"If-Match": write.format(get_tag(document))}
    body = None if method == "DELETE" else NEW
    assert document.send(method, body, headers).status_code == 204
    response = document.get()
    assert (response.json() if response.is_success else None) == AFTER[method]


@pytest.mark.parametrize(("method", "body"), [("PUT", NEW), ("POST", NEW), ("DELETE", None)])
@pytest.mark.parametrize("tag", ["*", '"1234"'])
def test_a_tag_does_not_match_what_is_not_there(
    missing: Document, method: str, body: object, tag: str
) -> None:
    assert missing.send(method, body, {"If-Match": tag}).status_code == 412
    assert missing.get().status_code == 404


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_that_must_be_new_is_stored_once(missing: Document, method: str) -> None:
    statuses = [missing.send(method, body, CREATE).status_code for body in (OLD, NEW)]
    assert statuses == [204, 412]
    assert missing.get().json() == OLD


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_that_must_not_be_this_one_is_refused(document: Document, method: str) -> None:
    headers = {"If-None-Match": get_tag(document)}
    assert document.send(method, NEW, headers).status_code == 412
    assert document.get().json() == OLD


def test_a_known_document_is_not_sent_again(document: Document) -> None:
    headers = {"If-None-Match": get_tag(document)}
    response = document.send("GET", None, headers)
    assert (response.status_code, response.content) == (304, b"")


def test_a_put_over_a_document_needs_a_tag(document: Document) -> None:
    """Only the states of 1.0.3 may be overwritten without one."""
    response = document.send("PUT", NEW)
    if document.resource == "activities/state" and document.client.version == "1.0.3":
        assert response.status_code == 204
        assert document.get().json() == NEW
    else:
        assert response.status_code == 409
        assert "If-Match" in response.text
        assert document.get().json() == OLD


@pytest.mark.parametrize(("method", "body"), [("POST", NEW), ("DELETE", None)])
def test_other_methods_need_no_tag(document: Document, method: str, body: object) -> None:
    assert document.send(method, body).status_code == 204


@pytest.mark.requirement("XAPI-00273")
def test_in_1_0_3_a_new_profile_needs_a_header(client_1_0_3: Client) -> None:
    """The specification asks clients to send one; the ADL suite asks for 400 without it."""
    for resource in RESOURCES[1:]:
        profile = Document(client_1_0_3, resource)
        assert profile.send("PUT", NEW).status_code == 400
        assert profile.get().status_code == 404


def test_a_new_state_needs_no_header(client: Client) -> None:
    state = Document(client, "activities/state")
    assert state.send("PUT", NEW).status_code == 204


def test_of_many_who_create_one_wins(missing: Document) -> None:
    def create(number: int) -> int:
        return missing.send("PUT", {"number": number}, CREATE).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(create, range(16)))
    assert sorted(statuses) == [204] + [412] * 15
    assert missing.get().json() == {"number": statuses.index(204)}


def test_of_many_who_saw_the_same_tag_one_wins(document: Document) -> None:
    headers = {"If-Match": get_tag(document)}

    def replace(number: int) -> int:
        return document.send("PUT", {"number": number}, headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(replace, range(16)))
    assert sorted(statuses) == [204] + [412] * 15
    assert document.get().json() == {"number": statuses.index(204)}


def test_merges_at_once_lose_nothing(missing: Document) -> None:
    def merge(number: int) -> int:
        return missing.send("POST", {str(number): number}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(merge, range(16))) == {204}
    assert missing.get().json() == {str(number): number for number in range(16)}

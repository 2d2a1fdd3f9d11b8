"""POST /statements: one statement or a batch, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.conformance.client import encode_json
from tests.conformance.samples import (
    make_agent,
    make_group,
    make_id,
    make_iri,
    make_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conformance.client import Client


def post(client: Client, body: object, **headers: str) -> httpx.Response:
    return client.send("POST", "statements", body, headers)


def is_stored(client: Client, statement: dict[str, Any]) -> bool:
    return client.get("statements", statementId=statement["id"]).status_code == 200


@pytest.mark.requirement("XAPI-00139", "XAPI-00146", "XAPI-00147")
def test_a_single_statement_is_answered_with_its_id_in_a_list(client: Client) -> None:
    statement = make_statement()
    response = post(client, statement)
    assert (response.status_code, response.json()) == (200, [statement["id"]])
    assert response.headers["Content-Type"].startswith("application/json")


@pytest.mark.requirement("XAPI-00146")
def test_the_ids_of_a_batch_come_back_in_the_order_of_the_batch(client: Client) -> None:
    batch = [make_statement() for _ in range(30)]
    assert client.store(*batch) == [statement["id"] for statement in batch]


def test_an_empty_batch_is_accepted(client: Client) -> None:
    response = post(client, [])
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.requirement("XAPI-00026", "XAPI-00030")
def test_a_statement_without_an_id_is_given_one(client: Client) -> None:
    batch = [make_statement() for _ in range(3)]
    for statement in batch[:2]:
        del statement["id"]
    ids = client.store(*batch)
    assert ids[2] == batch[2]["id"]
    assert len(set(ids)) == 3
    assert all(str(UUID(each)) == each for each in ids)
    assert {UUID(each).version for each in ids[:2]} == {4}  # RFC 4122; clients refuse 6 to 8
    assert [client.fetch(each)["verb"] for each in ids] == [each["verb"] for each in batch]


def test_a_batch_that_is_sent_again_is_answered_with_the_same_ids(client: Client) -> None:
    batch = [make_statement() for _ in range(3)]
    first = client.store(*batch)
    newcomer = make_statement()
    assert client.store(batch[2], newcomer, batch[0]) == [first[2], newcomer["id"], first[0]]
    assert client.find_ids(verb=batch[0]["verb"]["id"]) == [first[0]]


def reorder_keys(statement: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(statement.items()))


def reorder_members(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"actor": make_group(*reversed(statement["actor"]["member"]))}


def with_what_the_store_set(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {"stored": "2001-01-01T00:00:00.000Z", "authority": make_agent()}


@pytest.mark.parametrize("change", [reorder_keys, reorder_members, with_what_the_store_set])
def test_differences_that_a_store_may_make_are_no_conflict(
    client: Client, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """See xAPI Data 2.3.1: what a record store may change does not make another statement."""
    statement = make_statement(actor=make_group(make_agent(), make_agent()))
    client.store(statement)
    before = client.fetch(statement["id"])
    response = post(client, change(statement))
    assert (response.status_code, response.json()) == (200, [statement["id"]])
    assert client.fetch(statement["id"]) == before


def test_a_fetched_statement_can_be_sent_back(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    fetched = client.fetch(statement["id"])
    assert client.store(fetched) == [statement["id"]]


@pytest.mark.requirement("XAPI-00142")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_conflict_leaves_nothing_of_the_request(client: Client, place: int) -> None:
    known = make_statement()
    client.store(known)
    batch = [make_statement(), make_statement()]
    batch.insert(place, known | {"verb": {"id": make_iri("verbs")}})
    assert post(client, batch).status_code == 409
    assert not any(is_stored(client, each) for each in batch if each["id"] != known["id"])
    assert client.fetch(known["id"])["verb"] == known["verb"]


def test_a_batch_with_an_id_twice_is_refused_whole(client: Client) -> None:
    twice, once = make_statement(), make_statement()
    assert post(client, [twice, once, twice]).status_code == 400
    assert not is_stored(client, twice)
    assert not is_stored(client, once)


@pytest.mark.requirement("XAPI-00182", "XAPI-00326")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_invalid_statement_leaves_nothing_of_the_request(client: Client, place: int) -> None:
    batch = [make_statement(), make_statement()]
    batch.insert(place, make_statement(verb={"id": "no scheme"}))
    assert post(client, batch).status_code == 400
    assert not any(is_stored(client, each) for each in batch)


@pytest.mark.requirement("XAPI-00014", "XAPI-00015")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"true",
        b'"text"',
        b"[1]",
        b"[[]]",
        b"{}",
        encode_json(make_statement()) + b"{",
        encode_json(make_statement()).replace(b"accounts", b"\xff") + b"\xff",
        encode_json(make_statement(result={"response": "x"})).replace(b'"x"', b'"\xc3\x28"'),
        encode_json(make_statement(result={"score": {"raw": 1.5}})).replace(b"1.5", b"NaN"),
    ],
)
def test_a_body_that_is_no_statement_in_json_is_refused(client: Client, body: bytes) -> None:
    assert post(client, body, **{"Content-Type": "application/json"}).status_code == 400


@pytest.mark.requirement("XAPI-00127")
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_a_statement_in_another_content_type_is_refused(client: Client, content_type: str) -> None:
    statement = make_statement()
    response = post(client, encode_json(statement), **{"Content-Type": content_type})
    assert response.status_code == 400
    assert not is_stored(client, statement)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8"]
)
def test_the_content_type_may_name_its_charset(client: Client, content_type: str) -> None:
    statement = make_statement(result={"response": "Hyvää päivää"})
    response = post(client, encode_json(statement), **{"Content-Type": content_type})
    assert response.status_code == 200
    assert client.fetch(statement["id"])["result"] == {"response": "Hyvää päivää"}


def test_an_error_says_what_is_wrong_and_where(client: Client) -> None:
    response = post(client, [make_statement(), make_statement(verb={"id": "no scheme"})])
    assert response.status_code == 400
    assert "verb" in response.text


@pytest.mark.requirement("XAPI-00097", "XAPI-00099")
def test_the_store_sets_stored_and_authority_itself(client: Client) -> None:
    invented = {"stored": "2001-01-01T00:00:00.000Z", "authority": make_agent()}
    statement = make_statement(**invented)
    client.store(statement)
    fetched = client.fetch(statement["id"])
    assert fetched["stored"] > "2020"
    assert fetched["authority"] != invented["authority"]
    assert fetched["authority"]["objectType"] == "Agent"


def test_a_statement_without_a_timestamp_gets_the_time_it_was_stored(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    fetched = client.fetch(statement["id"])
    assert fetched["timestamp"] == fetched["stored"]


@pytest.mark.requirement("XAPI-00101", "XAPI-00332")
@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.3", "1.0.9"])
def test_a_statement_keeps_the_version_it_names(client: Client, version: str) -> None:
    statement = make_statement(version=version)
    client.store(statement)
    assert client.fetch(statement["id"])["version"] == version


@pytest.mark.requirement("XAPI-00101")
@pytest.mark.parametrize("version", ["0.9", "0.95", "1.1.0", "3.0.0", "one", "", 1.0])
def test_a_statement_of_an_unknown_version_is_refused(client: Client, version: object) -> None:
    assert post(client, make_statement(version=version)).status_code == 400


@pytest.mark.requirement("XAPI-00332")
def test_a_statement_without_a_version_gets_that_of_its_request(client: Client) -> None:
    statement = make_statement(id=make_id())
    client.store(statement)
    expected = {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}
    assert client.fetch(statement["id"])["version"] == expected[str(client.version)]

"""PUT /statements: one statement under the id that the client chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.samples import make_id, make_iri, make_statement

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conformance.client import Client


def put(client: Client, statement: object, statement_id: str) -> httpx.Response:
    return client.send("PUT", "statements", statement, statementId=statement_id)


@pytest.mark.requirement("XAPI-00139", "XAPI-00143", "XAPI-00144")
def test_a_put_statement_is_stored_and_answered_with_204(client: Client) -> None:
    statement = make_statement()
    response = put(client, statement, statement["id"])
    assert (response.status_code, response.content) == (204, b"")
    assert client.fetch(statement["id"])["verb"] == statement["verb"]


def test_a_put_statement_without_an_id_takes_the_one_of_the_parameter(client: Client) -> None:
    statement = make_statement()
    statement_id = statement.pop("id")
    assert put(client, statement, statement_id).status_code == 204
    assert client.fetch(statement_id)["id"] == statement_id


@pytest.mark.requirement("XAPI-00145")
def test_a_put_without_a_statement_id_is_refused(client: Client) -> None:
    assert client.send("PUT", "statements", make_statement()).status_code == 400


def test_a_put_under_the_id_of_another_statement_is_refused(client: Client) -> None:
    other = make_id()
    assert put(client, make_statement(), other).status_code == 400
    assert client.get("statements", statementId=other).status_code == 404


@pytest.mark.requirement("XAPI-00012", "XAPI-00029")
@pytest.mark.parametrize(
    "statement_id",
    ["", "wrong", "{" + make_id() + "}", make_id() + "0"],
    ids=["nothing", "a-word", "in-braces", "too-long"],
)
def test_a_put_under_something_that_is_no_uuid_is_refused(
    client: Client, statement_id: str
) -> None:
    statement = make_statement()
    del statement["id"]
    assert put(client, statement, statement_id).status_code == 400


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: [one, one], lambda _: []])
def test_a_put_of_a_list_is_refused(client: Client, wrap: Callable[[object], list[object]]) -> None:
    statement = make_statement()
    assert put(client, wrap(statement), statement["id"]).status_code == 400
    assert client.get("statements", statementId=statement["id"]).status_code == 404


def test_a_statement_that_is_put_again_is_accepted_and_kept_once(client: Client) -> None:
    statement = make_statement()
    statuses = [put(client, statement, statement["id"]).status_code for _ in range(2)]
    assert statuses == [204, 204]
    assert client.find_ids(verb=statement["verb"]["id"]) == [statement["id"]]


@pytest.mark.requirement("XAPI-00142")
def test_a_different_statement_with_a_known_id_is_a_conflict_and_changes_nothing(
    client: Client,
) -> None:
    statement = make_statement()
    client.store(statement)
    before = client.fetch(statement["id"])
    different = statement | {"verb": {"id": make_iri("verbs")}}
    assert put(client, different, statement["id"]).status_code == 409
    assert client.fetch(statement["id"]) == before
    assert client.find_ids(verb=different["verb"]["id"]) == []


def test_an_id_is_the_same_uuid_in_capital_letters(client: Client) -> None:
    """RFC 4122, section 3: letters of a UUID are compared without regard to case."""
    statement = make_statement()
    client.store(statement)
    assert client.fetch(statement["id"].upper())["id"] == statement["id"]
    again = statement | {"id": statement["id"].upper()}
    assert put(client, again, statement["id"]).status_code == 204
    assert len(client.find(verb=statement["verb"]["id"])) == 1

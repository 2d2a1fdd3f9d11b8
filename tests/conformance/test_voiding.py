"""Voided statements: hidden from queries, found by voidedStatementId, whatever came first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import (
    VOIDED,
    make_activity,
    make_agent,
    make_id,
    make_iri,
    make_statement,
    refer_to,
    void,
)

if TYPE_CHECKING:
    from tests.conformance.client import Client


def is_voided(client: Client, statement: dict[str, Any]) -> bool:
    """Ask for a stored statement in both ways; it must be found in exactly one of them."""
    plain = client.get("statements", statementId=statement["id"]).status_code
    voided = client.get("statements", voidedStatementId=statement["id"]).status_code
    assert {plain, voided} == {200, 404}
    return voided == 200


@pytest.mark.requirement("XAPI-00018", "XAPI-00155", "XAPI-00157", "XAPI-00163")
@pytest.mark.parametrize("step", [1, -1], ids=["target first", "void first"])
def test_a_voided_statement_is_found_as_voided_only(client: Client, step: int) -> None:
    statement = make_statement()
    for each in [statement, void(statement)][::step]:
        client.store(each)
    assert is_voided(client, statement)
    found = client.get("statements", voidedStatementId=statement["id"]).json()
    assert {key: found[key] for key in statement} == statement


@pytest.mark.parametrize("step", [1, -1], ids=["target first", "void first"])
def test_a_statement_can_be_voided_in_the_same_batch(client: Client, step: int) -> None:
    statement = make_statement()
    client.store(*[statement, void(statement)][::step])
    assert is_voided(client, statement)


@pytest.mark.requirement("XAPI-00162", "XAPI-00163")
def test_queries_leave_the_voided_out_and_keep_what_refers_to_it(client: Client) -> None:
    statement = make_statement()
    voider, referrer = void(statement), make_statement(object=refer_to(statement))
    client.store(statement, voider, referrer)
    for filters in (
        {"verb": statement["verb"]["id"]},
        {"agent": statement["actor"]},
        {"activity": statement["object"]["id"]},
        {"agent": statement["actor"], "related_agents": True},
    ):
        assert client.find_ids(**filters) == [referrer["id"], voider["id"]]


def test_a_statement_that_is_not_voided_is_not_found_as_voided(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    assert not is_voided(client, statement)
    assert client.get("statements", voidedStatementId=make_id()).status_code == 404


@pytest.mark.requirement("XAPI-00016")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_voiding_statement_cannot_be_voided(client: Client, order: tuple[int, ...]) -> None:
    """It is accepted and changes nothing, in every order of arrival."""
    statement = make_statement()
    voider = void(statement)
    statements = [statement, voider, void(voider)]
    for place in order:
        client.store(statements[place])
    assert is_voided(client, statement)
    assert not is_voided(client, voider)
    assert not is_voided(client, statements[2])


def test_a_statement_can_be_voided_twice(client: Client) -> None:
    statement = make_statement()
    client.store(statement, void(statement), void(statement))
    assert is_voided(client, statement)


def test_a_void_of_nothing_is_accepted(client: Client) -> None:
    voider = void(make_statement())
    client.store(voider)
    assert not is_voided(client, voider)


@pytest.mark.requirement("XAPI-00017", "XAPI-00019", "XAPI-00020")
@pytest.mark.parametrize(
    "target",
    [make_activity(), make_agent(), {"id": make_iri("activities")}],
    ids=["activity", "agent", "no type"],
)
def test_a_void_of_anything_but_a_statement_is_refused(
    client: Client, target: dict[str, Any]
) -> None:
    statement = make_statement(verb={"id": VOIDED}, object=target)
    assert client.send("POST", "statements", statement).status_code == 400


@pytest.mark.requirement("XAPI-00019")
def test_another_verb_that_ends_with_voided_voids_nothing(client: Client) -> None:
    statement = make_statement()
    lookalike = make_statement(
        verb={"id": "https://example.test/verbs/voided"}, object=refer_to(statement)
    )
    client.store(statement, lookalike)
    assert not is_voided(client, statement)


def test_the_voided_verb_inside_a_substatement_voids_nothing(client: Client) -> None:
    statement = make_statement()
    inner = void(statement) | {"objectType": "SubStatement"}
    del inner["id"]
    client.store(statement, make_statement(object=inner))
    assert not is_voided(client, statement)


def test_a_voided_statement_that_is_sent_again_stays_voided(client: Client) -> None:
    statement = make_statement()
    client.store(statement, void(statement))
    assert client.store(statement) == [statement["id"]]
    assert is_voided(client, statement)


def test_a_different_statement_with_the_id_of_a_voided_one_is_a_conflict(client: Client) -> None:
    statement = make_statement()
    client.store(statement, void(statement))
    other = statement | {"verb": {"id": make_iri("verbs")}}
    assert client.send("POST", "statements", other).status_code == 409


def test_a_void_between_pages_takes_effect_on_the_next_page(client: Client) -> None:
    verb = {"id": make_iri("verbs")}
    ids = [client.store(make_statement(verb=verb))[0] for _ in range(6)][::-1]
    walk = client.walk(verb=verb["id"], limit=2)
    pages = [next(walk)]
    client.store(void({"id": ids[3]}))
    pages += walk
    found = [each["id"] for page in pages for each in page]
    assert found == ids[:3] + ids[4:]


def test_a_page_is_full_although_voided_statements_lie_between(client: Client) -> None:
    verb = {"id": make_iri("verbs")}
    statements = [make_statement(verb=verb) for _ in range(8)]
    client.store(*map(void, statements[::2]))
    client.store(*statements)
    pages = list(
        client.walk(verb=verb["id"], limit=2, ascending=True, until="9000-01-01T00:00:00Z")
    )
    seen = [each["id"] for page in pages for each in page if each["verb"] == verb]
    assert seen == [each["id"] for each in statements[1::2]]
    assert all(len(page) == 2 for page in pages[:-1])

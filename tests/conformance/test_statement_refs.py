"""Statements that refer to a match, match too: to any depth, in any order of arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_agent, make_id, make_iri, make_statement, refer_to, void

if TYPE_CHECKING:
    from tests.conformance.client import Client

DEPTH = 50


def make_chain(depth: int) -> list[dict[str, Any]]:
    """Return a statement and, each referring to the one before, `depth` more."""
    chain = [make_statement()]
    for _ in range(depth):
        chain.append(make_statement(object=refer_to(chain[-1])))
    return chain


def make_cycle(length: int) -> list[dict[str, Any]]:
    """Return statements that refer to each other in a ring."""
    ids = [make_id() for _ in range(length)]
    return [
        make_statement(id=own, object={"objectType": "StatementRef", "id": ids[i - 1]})
        for i, own in enumerate(ids)
    ]


def store_one_by_one(client: Client, statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        client.store(statement)


@pytest.mark.parametrize("step", [1, -1], ids=["target first", "referrer first"])
def test_a_referrer_matches_through_its_target(client: Client, step: int) -> None:
    target = make_statement(context={"registration": make_id()})
    referrer = make_statement(object=refer_to(target))
    store_one_by_one(client, [target, referrer][::step])
    both = {target["id"], referrer["id"]}
    assert set(client.find_ids(verb=target["verb"]["id"])) == both
    assert set(client.find_ids(agent=target["actor"])) == both
    assert set(client.find_ids(activity=target["object"]["id"])) == both
    assert set(client.find_ids(registration=target["context"]["registration"])) == both
    assert client.find_ids(verb=referrer["verb"]["id"]) == [referrer["id"]]


@pytest.mark.parametrize("step", [1, -1], ids=["targets first", "referrers first"])
def test_a_chain_of_references_matches_to_its_end(client: Client, step: int) -> None:
    chain = make_chain(DEPTH)
    store_one_by_one(client, chain[::step])
    ids = [statement["id"] for statement in chain]
    assert set(client.find_ids(verb=chain[0]["verb"]["id"])) == set(ids)
    middle = DEPTH // 2
    assert set(client.find_ids(verb=chain[middle]["verb"]["id"])) == set(ids[middle:])


@pytest.mark.parametrize("step", [1, -1], ids=["targets first", "referrers first"])
def test_a_chain_in_one_batch_matches_to_its_end(client: Client, step: int) -> None:
    chain = make_chain(DEPTH)
    client.store(*chain[::step])
    assert len(client.find_ids(agent=chain[0]["actor"])) == DEPTH + 1


def test_a_link_that_arrives_last_joins_both_ends(client: Client) -> None:
    chain = make_chain(4)
    client.store(chain[0], chain[1], chain[3], chain[4])
    assert len(client.find_ids(verb=chain[0]["verb"]["id"])) == 2
    client.store(chain[2])
    assert len(client.find_ids(verb=chain[0]["verb"]["id"])) == 5


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("length", [1, 2, DEPTH])
def test_a_ring_of_references_matches_as_a_whole(client: Client, length: int, step: int) -> None:
    ring = make_cycle(length)
    store_one_by_one(client, ring[::step])
    found = client.find_ids(verb=ring[length // 2]["verb"]["id"])
    assert sorted(found) == sorted(statement["id"] for statement in ring)


def test_many_referrers_to_one_target_all_match_in_order(client: Client) -> None:
    target = make_statement()
    referrers = [make_statement(object=refer_to(target)) for _ in range(5)]
    client.store(target, *referrers)
    expected = [each["id"] for each in [target, *referrers]]
    found = client.find_ids(verb=target["verb"]["id"], ascending=True, limit=2)
    assert found == expected


@pytest.mark.requirement("XAPI-00174", "XAPI-00175")
def test_times_and_limit_are_about_the_referrer(client: Client) -> None:
    target = make_statement()
    referrer = make_statement(object=refer_to(target))
    store_one_by_one(client, [target, referrer])
    verb, stored = target["verb"]["id"], client.fetch(target["id"])["stored"]
    assert client.find_ids(verb=verb, since=stored) == [referrer["id"]]
    assert client.find_ids(verb=verb, until=stored) == [target["id"]]
    first_page = client.get("statements", verb=verb, limit=1).json()["statements"]
    assert [each["id"] for each in first_page] == [referrer["id"]]


def test_a_reference_in_the_context_is_no_target(client: Client) -> None:
    target = make_statement()
    client.store(target, make_statement(context={"statement": refer_to(target)}))
    assert client.find_ids(verb=target["verb"]["id"]) == [target["id"]]


def test_an_id_finds_no_referrers(client: Client) -> None:
    target = make_statement()
    client.store(target, make_statement(object=refer_to(target)))
    assert client.fetch(target["id"])["id"] == target["id"]


def test_a_reference_to_nothing_matches_by_itself_alone(client: Client) -> None:
    referrer = make_statement(object=refer_to(make_statement()), actor=make_agent())
    client.store(referrer)
    assert client.find_ids(agent=referrer["actor"]) == [referrer["id"]]


def test_filters_together_match_through_the_target(client: Client) -> None:
    target = make_statement(context={"registration": make_id()})
    referrer = make_statement(object=refer_to(target))
    client.store(target, referrer, make_statement(verb=target["verb"]))
    found = client.find_ids(
        verb=target["verb"]["id"],
        agent=target["actor"],
        registration=target["context"]["registration"],
    )
    assert found == [referrer["id"], target["id"]]


@pytest.mark.requirement("XAPI-00162")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_voided_link_is_left_out_and_the_rest_still_matches(client: Client, place: int) -> None:
    chain = make_chain(3)
    voider = void(chain[place])
    client.store(*chain, voider)
    expected = {each["id"] for each in [*chain, voider]} - {chain[place]["id"]}
    assert set(client.find_ids(verb=chain[0]["verb"]["id"])) == expected


def test_a_verb_that_target_and_referrer_share_finds_each_once(client: Client) -> None:
    target = make_statement(verb={"id": make_iri("verbs")})
    referrer = make_statement(verb=target["verb"], object=refer_to(target))
    client.store(target, referrer)
    assert client.find_ids(verb=target["verb"]["id"]) == [referrer["id"], target["id"]]

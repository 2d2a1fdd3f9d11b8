"""GET /statements: one by id, pages of many, formats, headers."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import (
    make_activity,
    make_agent,
    make_group,
    make_id,
    make_iri,
    make_statement,
)

if TYPE_CHECKING:
    from tests.plugins.server import LrsServer

FILTERS: dict[str, object] = {
    "agent": make_agent(),
    "verb": make_iri("verbs"),
    "activity": make_iri("activities"),
    "registration": make_id(),
    "related_activities": True,
    "related_agents": True,
    "since": "2012-06-01T19:09:13.245Z",
    "until": "2112-06-01T19:09:13.245Z",
    "limit": 1,
    "ascending": True,
}


def store_many(client: Client, count: int) -> tuple[str, list[str]]:
    """Store statements that share a new verb; return the verb and the ids, newest first."""
    verb = make_iri("verbs")
    ids = [client.store(make_statement(verb={"id": verb}))[0] for _ in range(count)]
    return verb, ids[::-1]


@pytest.mark.requirement("XAPI-00156", "XAPI-00158", "XAPI-00165")
def test_a_statement_is_found_by_its_id(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    response = client.get("statements", statementId=statement["id"])
    assert response.status_code == 200
    assert response.json()["id"] == statement["id"]
    assert response.headers["Content-Type"].startswith("application/json")


def test_a_statement_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("statements", statementId=make_id()).status_code == 404


@pytest.mark.requirement("XAPI-00150", "XAPI-00151")
@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("by", ["statementId", "voidedStatementId"])
def test_an_id_and_a_filter_together_are_refused(client: Client, by: str, name: str) -> None:
    (statement_id,) = client.store(make_statement())
    response = client.get("statements", **{by: statement_id, name: FILTERS[name]})
    assert response.status_code == 400


def test_both_kinds_of_id_together_are_refused(client: Client) -> None:
    (known,) = client.store(make_statement())
    response = client.get("statements", statementId=known, voidedStatementId=known)
    assert response.status_code == 400


@pytest.mark.requirement("XAPI-00151")
@pytest.mark.parametrize("parameters", [{"format": "ids"}, {"attachments": False}])
def test_an_id_goes_with_a_format_and_attachments(
    client: Client, parameters: dict[str, object]
) -> None:
    (known,) = client.store(make_statement())
    assert client.fetch(known, **parameters)["id"] == known


@pytest.mark.requirement("XAPI-00324", "XAPI-00325")
@pytest.mark.parametrize("name", ["foo", "method", "StatementId", *map(str.capitalize, FILTERS)])
def test_an_unknown_parameter_is_refused(client: Client, name: str) -> None:
    assert client.get("statements", **{name: "true"}).status_code == 400


@pytest.mark.requirement("XAPI-00012")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statementId", "wrong"),
        ("voidedStatementId", "wrong"),
        ("agent", "wrong"),
        ("agent", {}),
        ("agent", {"mbox": "no scheme"}),
        ("agent", {"mbox": "mailto:a@example.test", "openid": "https://example.test/a"}),
        ("agent", []),
        ("verb", "no scheme"),
        ("verb", ""),
        ("activity", "no scheme"),
        ("registration", "wrong"),
        ("related_activities", "yes"),
        ("related_agents", "1"),
        ("ascending", "True"),
        ("attachments", "no"),
        ("since", "yesterday"),
        ("since", "2015-13-01T00:00:00Z"),
        ("until", "01/02/2015"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", "1.5"),
        ("limit", "9" * 30),
        ("format", "pretty"),
    ],
)
def test_a_parameter_of_the_wrong_form_is_refused(client: Client, name: str, value: object) -> None:
    assert client.get("statements", **{name: value}).status_code == 400


def test_a_parameter_that_is_given_twice_is_refused(lrs: LrsServer, client: Client) -> None:
    twice = f"{lrs.endpoint}/statements?limit=1&limit=2"
    assert client.follow(twice).status_code == 400


@pytest.mark.requirement("XAPI-00110", "XAPI-00154", "XAPI-00159", "XAPI-00164")
def test_a_query_answers_with_its_statements_newest_first(client: Client) -> None:
    verb, ids = store_many(client, 4)
    result = client.get("statements", verb=verb).json()
    assert [statement["id"] for statement in result["statements"]] == ids
    stored = [statement["stored"] for statement in result["statements"]]
    assert stored == sorted(stored, reverse=True)


@pytest.mark.requirement("XAPI-00166")
def test_ascending_turns_the_order_around(client: Client) -> None:
    verb, ids = store_many(client, 4)
    assert client.find_ids(verb=verb, ascending=True) == ids[::-1]
    assert client.find_ids(verb=verb, ascending=False) == ids


@pytest.mark.requirement("XAPI-00109", "XAPI-00149")
def test_a_query_that_finds_nothing_answers_with_an_empty_list(client: Client) -> None:
    response = client.get("statements", verb=make_iri("verbs"))
    assert response.status_code == 200
    assert response.json()["statements"] == []
    assert not response.json().get("more")


@pytest.mark.requirement("XAPI-00108", "XAPI-00111", "XAPI-00113", "XAPI-00114", "XAPI-00173")
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_pages_hold_every_statement_once_and_none_is_empty(
    client: Client, limit: int, *, ascending: bool
) -> None:
    verb, ids = store_many(client, 6)
    pages = list(client.walk(verb=verb, limit=limit, ascending=ascending))
    found = [statement["id"] for page in pages for statement in page]
    assert found == (ids[::-1] if ascending else ids)
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert 0 < len(pages[-1]) <= limit


@pytest.mark.requirement("XAPI-00173")
def test_limit_zero_means_as_many_as_the_server_allows(client: Client) -> None:
    verb, ids = store_many(client, 3)
    assert client.find_ids(verb=verb, limit=0) == ids


@pytest.mark.requirement("XAPI-00108")
def test_more_is_a_path_of_this_server_and_keeps_the_query(client: Client) -> None:
    """As xAPI Data 2.5 says: a relative IRL with the full path, without scheme and host."""
    verb, ids = store_many(client, 2)
    more = client.get("statements", verb=verb, limit=1, format="ids").json()["more"]
    assert more.startswith("/xapi/statements?")
    (second,) = client.follow(more).json()["statements"]
    assert second["id"] == ids[1]
    assert list(second["verb"]) == ["id"]


def test_more_works_again_and_again(client: Client) -> None:
    verb, _ = store_many(client, 3)
    more = client.get("statements", verb=verb, limit=1).json()["more"]
    assert client.follow(more).content == client.follow(more).content


def test_a_statement_that_arrives_between_pages_moves_nothing(client: Client) -> None:
    verb, ids = store_many(client, 4)
    walk = client.walk(verb=verb, limit=2)
    pages = [next(walk)]
    client.store(make_statement(verb={"id": verb}))
    pages += walk
    assert [each["id"] for page in pages for each in page] == ids


def test_a_statement_that_arrives_between_ascending_pages_is_seen_last(client: Client) -> None:
    verb, ids = store_many(client, 4)
    walk = client.walk(verb=verb, limit=2, ascending=True)
    pages = [next(walk)]
    newcomer = client.store(make_statement(verb={"id": verb}))
    pages += walk
    assert [each["id"] for page in pages for each in page] == [*ids[::-1], *newcomer]


@pytest.mark.parametrize("more", ["more=wrong", "verb=x&more=1", "cursor=%00"])
def test_a_more_link_that_was_made_up_is_refused(client: Client, more: str) -> None:
    assert client.follow(f"/xapi/statements?{more}").status_code == 400


def test_another_credential_may_follow_a_more_link(lrs: LrsServer, client: Client) -> None:
    verb, ids = store_many(client, 2)
    more = client.get("statements", verb=verb, limit=1).json()["more"]
    reader = lrs.lend_credential("statements/read")
    with Client(lrs.endpoint, reader, client.version) as other:
        assert other.follow(more).json()["statements"][0]["id"] == ids[1]


@pytest.mark.parametrize(
    ("scope", "status"), [("state", 403), ("statements/write", 403), (None, 401)]
)
def test_a_more_link_gives_no_right_to_read(
    lrs: LrsServer, client: Client, scope: str | None, status: int
) -> None:
    verb, _ = store_many(client, 2)
    more = client.get("statements", verb=verb, limit=1).json()["more"]
    other = lrs.lend_credential(scope) if scope else None
    with Client(lrs.endpoint, other, client.version) as stranger:
        assert stranger.follow(more).status_code == status


def test_a_more_link_shows_a_credential_only_its_own(lrs: LrsServer, client: Client) -> None:
    """The scope statements/read/mine holds on every page."""
    verb, _ = store_many(client, 3)
    more = client.get("statements", verb=verb, limit=1).json()["more"]
    mine = lrs.lend_credential("statements/read/mine")
    with Client(lrs.endpoint, mine, client.version) as other:
        assert other.follow(more).json()["statements"] == []


def make_described(languages: tuple[str, ...]) -> dict[str, Any]:
    """Return a statement whose language maps all have these languages."""
    words = {language: f"in {language}" for language in languages}
    return make_statement(
        actor=make_agent(name="Aino"),
        verb={"id": make_iri("verbs"), "display": words},
        object=make_activity(name=words, description=words, type=make_iri("types")),
        context={"contextActivities": {"category": [make_activity(name=words)]}},
    )


@pytest.mark.requirement("XAPI-00168", "XAPI-00170")
@pytest.mark.parametrize("parameters", [{}, {"format": "exact"}])
def test_the_exact_format_is_what_was_sent_and_the_default(
    client: Client, parameters: dict[str, str]
) -> None:
    statement = make_described(("en-US", "fi"))
    client.store(statement)
    headers = {"Accept-Language": "fi"}
    response = client.send(
        "GET", "statements", None, headers, statementId=statement["id"], **parameters
    )
    assert {key: response.json()[key] for key in statement} == statement


@pytest.mark.requirement("XAPI-00171")
def test_the_ids_format_leaves_only_what_identifies(client: Client) -> None:
    member, verb, activity = make_agent(name="Aino"), make_iri("verbs"), make_activity(name={})
    inner = {
        "objectType": "SubStatement",
        "actor": make_group(member) | {"name": "a team"},
        "verb": {"id": verb, "display": {"en": "tried"}},
        "object": activity,
    }
    statement = make_statement(actor=make_agent(name="Eero"), object=inner)
    client.store(statement)
    fetched = client.fetch(statement["id"], format="ids")
    assert fetched["verb"] == statement["verb"]
    assert fetched["actor"]["account"] == statement["actor"]["account"]
    assert "name" not in fetched["actor"]
    assert "name" not in fetched["object"]["actor"]
    assert fetched["object"]["actor"]["member"][0]["account"] == member["account"]
    assert "name" not in fetched["object"]["actor"]["member"][0]
    assert fetched["object"]["verb"] == {"id": verb}
    assert fetched["object"]["object"] == {"id": activity["id"]}


@pytest.mark.requirement("XAPI-00169", "XAPI-00172")
@pytest.mark.parametrize(
    ("accepted", "languages", "chosen"),
    [
        ("fi", ("en-US", "fi"), "fi"),
        ("fi-FI", ("en-US", "fi"), "fi"),
        ("en", ("sv", "en-GB"), "en-GB"),
        ("sv;q=0.5, fi;q=0.8", ("en-US", "sv", "fi"), "fi"),
        ("de, *;q=0.1", ("sv",), "sv"),
        ("de", ("sv",), "sv"),
        ("sv;q=0, fi", ("sv", "fi"), "fi"),
    ],
)
def test_the_canonical_format_answers_in_one_accepted_language(
    client: Client, accepted: str, languages: tuple[str, ...], chosen: str
) -> None:
    statement = make_described(languages)
    client.store(statement)
    fetched = client.send(
        "GET",
        "statements",
        None,
        {"Accept-Language": accepted},
        statementId=statement["id"],
        format="canonical",
    ).json()
    expected = {chosen: f"in {chosen}"}
    assert fetched["verb"]["display"] == expected
    assert fetched["object"]["definition"]["name"] == expected
    assert fetched["object"]["definition"]["description"] == expected
    category = fetched["context"]["contextActivities"]["category"][0]
    assert category["definition"]["name"] == expected
    assert fetched["actor"] == statement["actor"]


@pytest.mark.requirement("XAPI-00153", "XAPI-00160")
@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 200),
        ({"limit": 1}, 200),
        ({"verb": "https://example.test/nothing"}, 200),
        ({"attachments": True, "limit": 1}, 200),
        ({"LIMIT": 1}, 400),
        ({"verb": "no scheme"}, 400),
        ({"statementId": make_id()}, 404),
    ],
)
def test_every_answer_says_how_far_it_is_consistent(
    client: Client, parameters: dict[str, object], status: int
) -> None:
    response = client.get("statements", **parameters)
    assert response.status_code == status
    through = datetime.fromisoformat(response.headers["X-Experience-API-Consistent-Through"])
    assert through.tzinfo is not None


def test_a_single_statement_was_last_modified_when_it_was_stored(client: Client) -> None:
    (known,) = client.store(make_statement())
    response = client.get("statements", statementId=known)
    stored = datetime.fromisoformat(response.json()["stored"])
    modified = parsedate_to_datetime(response.headers["Last-Modified"])
    assert modified == stored.replace(microsecond=0)


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
@pytest.mark.parametrize("parameters", [{"limit": 1}, {"LIMIT": 1}, {"statementId": make_id()}])
def test_head_answers_like_get_without_a_body(
    client: Client, parameters: dict[str, object]
) -> None:
    client.store(make_statement())
    got = client.get("statements", **parameters)
    head = client.send("HEAD", "statements", **parameters)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("Content-Type", "X-Experience-API-Version"):
        assert head.headers[name] == got.headers[name]
    assert "X-Experience-API-Consistent-Through" in head.headers


@pytest.mark.requirement("XAPI-00023", "XAPI-00122")
def test_stored_is_a_time_in_utc_of_at_least_milliseconds(client: Client) -> None:
    (known,) = client.store(make_statement())
    stored = client.fetch(known)["stored"]
    assert stored.endswith("Z")
    assert len(stored.partition(".")[2].rstrip("Z")) >= 3
    datetime.fromisoformat(stored)

"""GET /statements: what each filter finds, alone and together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import (
    make_activity,
    make_agent,
    make_group,
    make_id,
    make_iri,
    make_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.client import Client


def make_substatement(**parts: object) -> dict[str, Any]:
    """Return a SubStatement."""
    inner = make_statement(**parts) | {"objectType": "SubStatement"}
    del inner["id"]
    return inner


IDENTIFIERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "mbox": lambda name: {"mbox": f"mailto:{name}@example.test"},
    "mbox_sha1sum": lambda name: {"mbox_sha1sum": f"{name:0>40}"},
    "openid": lambda name: {"openid": f"https://example.test/{name}"},
    "account": lambda name: {"account": {"homePage": "https://example.test", "name": name}},
}


@pytest.mark.requirement("XAPI-00181")
@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_an_agent_is_found_by_each_kind_of_identifier(client: Client, kind: str) -> None:
    agent = IDENTIFIERS[kind](make_id().replace("-", ""))
    statement = make_statement(actor={"objectType": "Agent", "name": "Aino", **agent})
    client.store(statement, make_statement())
    assert client.find_ids(agent=agent) == [statement["id"]]
    assert client.find_ids(agent=agent | {"name": "another name"}) == [statement["id"]]


def test_agents_with_one_name_on_two_home_pages_are_two(client: Client) -> None:
    name = make_id()
    agents = [
        {"account": {"homePage": f"https://example.test/{page}", "name": name}} for page in "ab"
    ]
    batch = [make_statement(actor=agent) for agent in agents]
    client.store(*batch)
    assert [client.find_ids(agent=agent) for agent in agents] == [[each["id"]] for each in batch]


@pytest.mark.requirement("XAPI-00181")
def test_an_identified_group_is_found_as_a_group_is_sent(client: Client) -> None:
    group = make_agent() | {"objectType": "Group"}
    statement = make_statement(actor=group | {"member": [make_agent()]})
    client.store(statement)
    assert client.find_ids(agent=group) == [statement["id"]]


def in_team(agent: dict[str, Any]) -> dict[str, Any]:
    team = {"objectType": "Group", "mbox": f"mailto:{make_id()}@example.test", "member": [agent]}
    return make_statement(context={"team": team})


DIRECT_AGENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "actor": lambda agent: make_statement(actor=agent),
    "object": lambda agent: make_statement(object=agent),
    "member of the actor": lambda agent: make_statement(actor=make_group(make_agent(), agent)),
    "member of the object": lambda agent: make_statement(object=make_group(agent)),
}
RELATED_AGENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "instructor": lambda agent: make_statement(context={"instructor": agent}),
    "member of the instructor": lambda agent: make_statement(
        context={"instructor": make_group(agent)}
    ),
    "member of the team": in_team,
    "actor of a substatement": lambda agent: make_statement(object=make_substatement(actor=agent)),
    "object of a substatement": lambda agent: make_statement(
        object=make_substatement(object=agent)
    ),
    "instructor of a substatement": lambda agent: make_statement(
        object=make_substatement(context={"instructor": agent})
    ),
    "member in a substatement": lambda agent: make_statement(
        object=make_substatement(actor=make_group(agent))
    ),
}
RELATED_AGENTS_2_0: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "context agent": lambda agent: make_statement(
        context={"contextAgents": [{"objectType": "contextAgent", "agent": agent}]}
    ),
    "member of a context group": lambda agent: make_statement(
        context={"contextGroups": [{"objectType": "contextGroup", "group": make_group(agent)}]}
    ),
    "context agent of a substatement": lambda agent: make_statement(
        object=make_substatement(
            context={"contextAgents": [{"objectType": "contextAgent", "agent": agent}]}
        )
    ),
}


@pytest.mark.requirement("XAPI-00181")
@pytest.mark.parametrize("role", DIRECT_AGENTS)
def test_an_agent_is_found_as_actor_and_object(client: Client, role: str) -> None:
    agent = make_agent()
    statement = DIRECT_AGENTS[role](agent)
    client.store(statement)
    assert client.find_ids(agent=agent) == [statement["id"]]
    assert client.find_ids(agent=agent, related_agents=True) == [statement["id"]]


@pytest.mark.requirement("XAPI-00176")
@pytest.mark.parametrize("role", RELATED_AGENTS)
def test_an_agent_in_another_role_is_found_as_a_related_agent(client: Client, role: str) -> None:
    agent = make_agent()
    statement = RELATED_AGENTS[role](agent)
    client.store(statement)
    assert client.find_ids(agent=agent) == []
    assert client.find_ids(agent=agent, related_agents=False) == []
    assert client.find_ids(agent=agent, related_agents=True) == [statement["id"]]


@pytest.mark.parametrize("role", RELATED_AGENTS_2_0)
def test_an_agent_in_a_role_of_2_0_is_found_as_a_related_agent(
    client_2_0_0: Client, client_1_0_3: Client, role: str
) -> None:
    agent = make_agent()
    statement = RELATED_AGENTS_2_0[role](agent)
    client_2_0_0.store(statement)
    for client in (client_2_0_0, client_1_0_3):
        assert client.find_ids(agent=agent) == []
        assert client.find_ids(agent=agent, related_agents=True) == [statement["id"]]


def test_an_authority_is_found_as_a_related_agent(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    authority = client.fetch(statement["id"])["authority"]
    verb = statement["verb"]["id"]
    assert client.find_ids(agent=authority, verb=verb) == []
    assert client.find_ids(agent=authority, verb=verb, related_agents=True) == [statement["id"]]


@pytest.mark.requirement("XAPI-00180")
def test_a_verb_finds_its_statements_and_not_those_of_a_substatement(client: Client) -> None:
    verb = {"id": make_iri("verbs")}
    statement = make_statement(verb=verb)
    client.store(statement, make_statement(object=make_substatement(verb=verb)))
    assert client.find_ids(verb=verb["id"]) == [statement["id"]]


RELATED_ACTIVITIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "object of a substatement": lambda activity: make_statement(
        object=make_substatement(object=activity)
    ),
    "context of a substatement": lambda activity: make_statement(
        object=make_substatement(context={"contextActivities": {"parent": [activity]}})
    ),
}


def place_in_context(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda activity: make_statement(
        context={"contextActivities": {kind: [make_activity(), activity]}}
    )


RELATED_ACTIVITIES |= {
    kind: place_in_context(kind) for kind in ("parent", "grouping", "category", "other")
}


@pytest.mark.requirement("XAPI-00179")
def test_an_activity_finds_the_statements_about_it(client: Client) -> None:
    activity = make_activity()
    statement = make_statement(object=activity)
    client.store(statement)
    assert client.find_ids(activity=activity["id"]) == [statement["id"]]
    assert client.find_ids(activity=activity["id"], related_activities=True) == [statement["id"]]


@pytest.mark.requirement("XAPI-00177")
@pytest.mark.parametrize("place", RELATED_ACTIVITIES)
def test_an_activity_in_another_place_is_found_as_a_related_one(client: Client, place: str) -> None:
    activity = make_activity()
    statement = RELATED_ACTIVITIES[place](activity)
    client.store(statement)
    assert client.find_ids(activity=activity["id"]) == []
    assert client.find_ids(activity=activity["id"], related_activities=True) == [statement["id"]]


def test_an_activity_filter_does_not_find_agents_and_references(client: Client) -> None:
    """A StatementRef has an id too; it is no Activity."""
    target = make_statement()
    referrer = make_statement(object={"objectType": "StatementRef", "id": target["id"]})
    client.store(target, referrer)
    assert client.find_ids(activity=f"urn:uuid:{target['id']}") == []


@pytest.mark.requirement("XAPI-00178")
def test_a_registration_finds_its_statements(client: Client) -> None:
    registration = make_id()
    statement = make_statement(context={"registration": registration})
    client.store(statement, make_statement(context={"registration": make_id()}))
    assert client.find_ids(registration=registration) == [statement["id"]]
    assert client.find_ids(registration=registration.upper()) == [statement["id"]]


@pytest.mark.requirement("XAPI-00174", "XAPI-00175")
def test_since_leaves_out_its_time_and_until_includes_it(client: Client) -> None:
    """Statements of one batch may share a time: the rule must hold for ties as well."""
    verb = {"id": make_iri("verbs")}
    client.store(*[make_statement(verb=verb) for _ in range(5)])
    client.store(*[make_statement(verb=verb) for _ in range(5)])
    stored = {each["id"]: each["stored"] for each in client.find(verb=verb["id"])}
    for time in sorted(set(stored.values())):
        late = {each for each in stored if stored[each] > time}
        assert set(client.find_ids(verb=verb["id"], since=time)) == late
        assert set(client.find_ids(verb=verb["id"], until=time)) == set(stored) - late
        both = set(client.find_ids(verb=verb["id"], since=time, until=time))
        assert both == set()


def test_a_time_may_be_written_with_an_offset(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    stored = client.fetch(statement["id"])["stored"].replace("Z", "+00:00")
    verb = statement["verb"]["id"]
    assert client.find_ids(verb=verb, until=stored) == [statement["id"]]
    assert client.find_ids(verb=verb, since=stored) == []


@pytest.mark.parametrize(
    ("parameters", "is_found"),
    [
        ({"since": "0001-01-01T00:00:00Z"}, True),
        ({"until": "9999-12-31T23:59:59.999999Z"}, True),
        ({"since": "9999-12-31T23:59:59.999999Z"}, False),
        ({"until": "0001-01-01T00:00:00Z"}, False),
        ({"since": "2000-01-01T00:00:00.123456789Z"}, True),
        ({"since": "2000-01-01T00:00:00+14:00", "until": "2900-01-01T00:00:00-12:00"}, True),
    ],
)
def test_extreme_times_are_good_filters(
    client: Client, parameters: dict[str, str], *, is_found: bool
) -> None:
    statement = make_statement()
    client.store(statement)
    found = client.find_ids(verb=statement["verb"]["id"], **parameters)
    assert found == ([statement["id"]] if is_found else [])


def test_the_time_of_a_statement_is_no_filter(client: Client) -> None:
    """The filters since and until are about `stored`, not about the client's `timestamp`."""
    statement = make_statement(timestamp="1999-12-31T23:59:59.999Z")
    client.store(statement)
    verb = statement["verb"]["id"]
    assert client.find_ids(verb=verb, since="2001-01-01T00:00:00Z") == [statement["id"]]
    assert client.find_ids(verb=verb, until="2001-01-01T00:00:00Z") == []


FILTERS = ("agent", "verb", "activity", "registration", "since", "until")


@pytest.mark.requirement("XAPI-00164")
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("names", [*combinations(FILTERS, 2), FILTERS], ids="+".join)
def test_filters_together_find_what_each_of_them_finds(
    client: Client, names: tuple[str, ...], *, ascending: bool
) -> None:
    agent, verb, activity, registration = make_agent(), make_iri("v"), make_iri("a"), make_id()
    features: dict[str, dict[str, Any]] = {
        "agent": {"actor": agent},
        "verb": {"verb": {"id": verb}},
        "activity": {"object": {"id": activity}},
        "registration": {"context": {"registration": registration}},
    }
    target = make_statement(**{k: v for part in features.values() for k, v in part.items()})
    twin = target | {"id": make_id()}
    decoys = [make_statement(**feature) for feature in features.values()]
    client.store(twin)
    client.store(*decoys[:2], target, *decoys[2:])
    client.store(target | {"id": make_id()})
    everything = {
        "agent": agent,
        "verb": verb,
        "activity": activity,
        "registration": registration,
        "since": client.fetch(twin["id"])["stored"],
        "until": client.fetch(decoys[3]["id"])["stored"],
    }
    expected = expect_by_hand(client, everything, names)
    found = client.find_ids(ascending=ascending, **{name: everything[name] for name in names})
    if {"since", "until"} == set(names):
        found = [each for each in found if each in expected]  # others write to the store too
    assert found == (expected[::-1] if ascending else expected)
    assert target["id"] in found


def expect_by_hand(client: Client, filters: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Find by each content filter alone, intersect, and apply the times: newest first."""
    contents = [name for name in names if name not in ("since", "until")] or ["agent"]
    found = [client.find(**{name: filters[name]}) for name in contents]
    common = set.intersection(*({each["id"] for each in result} for result in found))
    return [
        each["id"]
        for each in found[0]
        if each["id"] in common
        and ("since" not in names or each["stored"] > filters["since"])
        and ("until" not in names or each["stored"] <= filters["until"])
    ]


def test_related_agents_and_activities_work_together(client: Client) -> None:
    agent, activity = make_agent(), make_activity()
    context = {"instructor": agent, "contextActivities": {"parent": [activity]}}
    both = make_statement(context=context)
    one = make_statement(context={"instructor": agent})
    other = make_statement(context={"contextActivities": {"parent": [activity]}})
    client.store(both, one, other)
    related = {"related_agents": True, "related_activities": True}
    assert client.find_ids(agent=agent, activity=activity["id"], **related) == [both["id"]]


def test_a_related_flag_alone_filters_nothing(client: Client) -> None:
    statement = make_statement()
    client.store(statement)
    verb = statement["verb"]["id"]
    assert client.find_ids(verb=verb, related_agents=True) == [statement["id"]]
    assert client.find_ids(verb=verb, related_activities=True) == [statement["id"]]


def test_a_statement_that_matches_in_many_ways_is_found_once(client: Client) -> None:
    agent, activity = make_agent(), make_activity()
    everywhere = {"parent": [activity], "category": [activity, activity]}
    statement = make_statement(
        actor=make_group(agent, agent),
        object=activity,
        context={"instructor": agent, "contextActivities": everywhere},
    )
    client.store(statement)
    assert client.find_ids(agent=agent, related_agents=True) == [statement["id"]]
    assert client.find_ids(activity=activity["id"], related_activities=True) == [statement["id"]]
    assert client.find_ids(agent=agent) == [statement["id"]]

"""Small worlds at random: few agents, activities and ids, so that everything meets everything."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from schemas.validation import validate_statement
from schemas.versions import Version
from statements.prepared import Sender, sender
from tests.statements.model import VOIDED

Json = dict[str, Any]

AGENTS: list[Json] = [
    {"mbox": "mailto:anna@example.org"},
    {"account": {"homePage": "http://example.org", "name": "bob|1"}},
    {"openid": "http://example.org/chloe"},
    {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
]
ACTIVITIES = [f"http://example.org/activity/{name}" for name in "abc"]
VERBS = ["http://example.org/verbs/did", "http://example.org/verbs/saw"]
REGISTRATIONS = [f"0000000{number}-aaaa-4000-8000-00000000000a" for number in range(2)]
IDS = [f"00000000-0000-4000-8000-{number:012x}" for number in range(12)]

agents = st.sampled_from(AGENTS)
groups = st.one_of(
    st.lists(agents, min_size=1, max_size=2).map(lambda them: {"member": them}),
    st.builds(lambda who, them: who | {"member": them}, agents, st.lists(agents, max_size=2)),
).map(lambda group: {"objectType": "Group"} | group)
actors = st.one_of(agents, groups)
typed_actors = st.one_of(agents.map(lambda agent: {"objectType": "Agent"} | agent), groups)
activities = st.sampled_from(ACTIVITIES).map(lambda activity: {"id": activity})
verbs = st.sampled_from(VERBS).map(lambda verb: {"id": verb})
references = st.sampled_from(IDS).map(lambda target: {"objectType": "StatementRef", "id": target})
contexts = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.sampled_from([*REGISTRATIONS, REGISTRATIONS[0].upper()]),
        "instructor": actors,
        "team": groups,
        "contextActivities": st.dictionaries(
            st.sampled_from(["parent", "grouping", "category", "other"]),
            st.one_of(activities, st.lists(activities, max_size=2)),
            max_size=2,
        ),
        "contextAgents": st.lists(
            agents.map(lambda agent: {"objectType": "contextAgent", "agent": agent}), max_size=2
        ),
        "contextGroups": st.lists(
            groups.map(lambda group: {"objectType": "contextGroup", "group": group}), max_size=1
        ),
        "statement": references,  # of no effect on filters
    },
)
substatements = st.fixed_dictionaries(
    {
        "objectType": st.just("SubStatement"),
        "actor": actors,
        "verb": verbs,
        "object": st.one_of(activities, typed_actors, references),
    },
    optional={"context": contexts},
)
ordinary = st.fixed_dictionaries(
    {
        "actor": actors,
        "verb": verbs,
        "object": st.one_of(activities, typed_actors, references, references, substatements),
    },
    optional={"context": contexts},
)
voiding = st.fixed_dictionaries(
    {"actor": actors, "verb": st.just({"id": VOIDED}), "object": references},
    optional={"context": contexts},
)


class Key(NamedTuple):
    """A credential."""

    sender: Sender
    organisation: str
    confined_to: str


def new_key(authority: Json, organisation: str = "", confined_to: str = "") -> Key:
    """Make the credential of an organisation."""
    return Key(sender(authority, organisation), organisation, confined_to)


KEYS = [
    new_key(AGENTS[1]),
    new_key(AGENTS[0], "city"),
    new_key(AGENTS[1], "city", confined_to="city"),
    new_key(AGENTS[0], "state", confined_to="state"),
]


class Batch(NamedTuple):
    """A request to append."""

    statements: list[Json]
    key: Key


@st.composite
def worlds(draw: st.DrawFn) -> list[list[Batch]]:
    """Draw flushes of requests whose statements have ids of their own, from a few, in any order."""
    flushes: list[list[Batch]] = [[]]
    left = draw(st.permutations(IDS))[: draw(st.integers(1, len(IDS)))]
    while left:
        size = draw(st.integers(1, 4))
        batch, left = left[:size], left[size:]
        content = [draw(st.one_of(ordinary, ordinary, voiding)) for _ in batch]
        statements = [{"id": key} | each for key, each in zip(batch, content, strict=True)]
        for statement in statements:
            validate_statement(statement, Version.V2)
        flushes[-1].append(Batch(statements, draw(st.sampled_from(KEYS))))
        if draw(st.booleans()):
            flushes.append([])
    return [flush for flush in flushes if flush]

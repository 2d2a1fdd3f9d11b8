"""GET /statements finds what a slow model of the specification finds, page by page."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statements.admission import Appended
from statements.errors import NotYours
from statements.requests import AppendRequest
from statements.search import Filters, Scope
from tests.statements.model import VOIDED, Entry, Model, spell
from tests.statements.store import Store, prepared
from tests.statements.worlds import (
    ACTIVITIES,
    AGENTS,
    REGISTRATIONS,
    VERBS,
    Batch,
    Key,
    worlds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = 25
each_renews_the_store = settings(
    max_examples=EXAMPLES,
    deadline=None,  # commits wait for the disk
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

filters = st.builds(
    Filters,
    agent=st.sampled_from([*map(spell, AGENTS), "mbox:mailto:nobody@example.org"]),
    verb=st.sampled_from([*VERBS, VOIDED]),
    activity=st.sampled_from(ACTIVITIES),
    registration=st.sampled_from(REGISTRATIONS),
    ascending=st.booleans(),
    limit=st.sampled_from([1, 2, 3, 100]),
)
organisations = st.sampled_from(["city", "state", "nobody"])
authorities = st.sampled_from([spell(AGENTS[0]), spell(AGENTS[1])])


def append_world(store: Store, world: list[list[Batch]]) -> Model:
    """Append a world, and model what of it the store took."""
    senders: dict[str, Key] = {}
    for flush in world:
        requests = [new_request(batch) for batch in flush]
        outcomes = store.appender.append(requests)
        for batch, outcome in zip(flush, outcomes, strict=True):
            assert isinstance(outcome, Appended | NotYours)
            if isinstance(outcome, Appended):
                senders |= {each["id"]: batch.key for each in batch.statements}
    entries = [
        Entry(position, stored, statement, key.organisation, bool(key.confined_to))
        for position, stored, _, payload in store.log()
        for statement in [json.loads(payload)]
        for key in [senders[statement["id"]]]
    ]
    assert len(entries) == len(senders)
    return Model(entries)


def new_request(batch: Batch) -> AppendRequest:
    """Make a request as a credential does."""
    statements = [prepared(each, batch.key.sender) for each in batch.statements]
    return AppendRequest(statements, confined_to=batch.key.confined_to)


def combinations(drawn: Filters) -> Iterator[Filters]:
    """Every combination of the filters that are drawn, used or not, broad or not."""
    for agent, activity, verb, registration in itertools.product(
        ({"agent": None}, {"related_agents": False}, {"related_agents": True}),
        ({"activity": None}, {"related_activities": False}, {"related_activities": True}),
        ({}, {"verb": None}),
        ({}, {"registration": None}),
    ):
        yield replace(drawn, **agent, **activity, **verb, **registration)


def read_pages(store: Store, wanted: Filters, scope: Scope) -> list[int]:
    """Read all pages; the positions."""
    found: list[int] = []
    cursor = None
    while True:
        page = store.page(replace(wanted, cursor=cursor), scope)
        positions = [record.position for record in page.records]
        assert len(positions) <= wanted.limit
        found += positions
        if page.cursor is None:
            return found
        assert page.cursor == positions[-1]
        cursor = page.cursor


@each_renews_the_store
@given(world=worlds(), drawn=filters, organisation=organisations, authority=authorities)
def test_every_combination_of_filters_finds_what_the_model_finds(
    new_store: Callable[[], Store],
    world: list[list[Batch]],
    drawn: Filters,
    organisation: str,
    authority: str,
) -> None:
    store = new_store()
    model = append_world(store, world)
    scopes = [Scope(), Scope(authority, organisation)]
    for wanted, scope in itertools.product(combinations(drawn), scopes):
        assert read_pages(store, wanted, scope) == model.find(wanted, scope), (wanted, scope)

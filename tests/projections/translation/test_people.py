"""Whom statements are about."""

from __future__ import annotations

import pytest

from projections.translation.people import learners
from schemas.identity import agent_ifi
from tests.projections.translation.corpus import DONE
from tests.projections.translation.statements import (
    ADL,
    AU,
    LEARNER,
    SITE,
    STORED,
    TEACHER,
    TLA,
    Json,
    account,
    ifi,
    read,
    statement,
)  # fmt: skip

AGENTS: list[Json] = [
    {"mbox": "mailto:a@ville.example"},
    {"mbox_sha1sum": "0123456789abcdef0123456789abcdef01234567"},
    {"openid": "https://a.example/moi"},
    {"account": {"homePage": SITE, "name": "été|17"}, "objectType": "Agent", "name": "A"},
]


@pytest.mark.parametrize("agent", AGENTS)
def test_learner_is_the_actor(agent: Json) -> None:
    (event,) = read(statement(f"{ADL}completed", AU, actor=agent)).events
    assert event.learner == agent_ifi(agent)


def test_members_of_a_group_have_an_event_each() -> None:
    members = [LEARNER, *AGENTS, LEARNER]
    anonymous = {"objectType": "Group", "member": members}
    wanted = [ifi("17"), *map(agent_ifi, AGENTS)]
    for group in (anonymous, {**anonymous, **AGENTS[0]}):
        events = read(statement(f"{ADL}completed", AU, actor=group, result=DONE)).events
        assert [event.learner for event in events] == wanted
        assert len({event._replace(learner="") for event in events}) == 1


@pytest.mark.parametrize("members", [{}, {"member": []}])
def test_identified_group_without_members_is_one_learner(members: Json) -> None:
    group = {"objectType": "Group", **account("equipe"), **members}
    (event,) = read(statement(f"{ADL}completed", AU, actor=group)).events
    assert event.learner == ifi("equipe")


def test_anonymous_group_of_nobody_does_nothing() -> None:
    assert (
        read(statement(f"{ADL}completed", AU, actor={"objectType": "Group", "member": []})).events
        == ()
    )


def test_instructor_among_the_group_did_it_the_others_did_not() -> None:
    group = {"objectType": "Group", "member": [LEARNER, TEACHER]}
    told = statement(f"{TLA}achieved", AU, actor=group, context={"instructor": TEACHER})
    assert [event.own for event in read(told).events] == [False, True]


@pytest.mark.parametrize("text", [b"null", b"[]", b'"a"', b"{}", b'{"mbox":1}', b'{"member":3}'])
def test_what_is_no_agent_is_nobody(text: bytes) -> None:
    assert learners(text) == ()


def test_event_is_dated_from_2000_to_a_day_after_it_was_stored() -> None:
    def dated(timestamp: str) -> bool:
        (event,) = read({**statement(f"{ADL}completed", AU), "timestamp": timestamp}).events
        return event.dated

    assert [dated("1999-12-31T23:59:59Z"), dated("2000-01-01T00:00:00Z")] == [False, True]
    assert [dated("2026-01-06T09:00:00Z"), dated("2026-01-06T09:00:00.000001Z")] == [True, False]


def test_statement_without_a_timestamp_happened_when_it_was_stored() -> None:
    told = statement(f"{ADL}completed", AU)
    del told["timestamp"]
    (event,) = read(told).events
    assert (event.at, event.dated) == (STORED, True)

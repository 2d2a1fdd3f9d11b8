"""The Python package `tincan` works with this store.

Not with `about`: the package refuses an answer that names a version it does not know, such as 2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import tincan  # type: ignore[import-untyped]  # it has no types
from tincan.documents import (  # type: ignore[import-untyped]  # it has no types
    AgentProfileDocument,
    StateDocument,
)

if TYPE_CHECKING:
    from tests.plugins.server import Credential, LrsServer


@pytest.fixture
def remote(lrs: LrsServer, credential: Credential) -> tincan.RemoteLRS:
    """Connect the package to the server."""
    return tincan.RemoteLRS(
        endpoint=lrs.endpoint, username=credential.key, password=credential.secret
    )


def make_agent() -> tincan.Agent:
    account = tincan.AgentAccount(home_page="https://example.test", name=str(uuid4()))
    return tincan.Agent(account=account)


def make_activity() -> tincan.Activity:
    return tincan.Activity(id=f"https://example.test/activities/{uuid4()}")


def make_statement(**parts: object) -> tincan.Statement:
    whole: dict[str, Any] = {
        "actor": make_agent(),
        "verb": tincan.Verb(id=f"https://example.test/verbs/{uuid4()}"),
        "object": make_activity(),
        **parts,
    }
    return tincan.Statement(**whole)


@pytest.mark.parametrize("has_id", [False, True])
def test_a_statement_is_saved_and_retrieved(remote: tincan.RemoteLRS, *, has_id: bool) -> None:
    statement = make_statement(
        id=uuid4() if has_id else None, result=tincan.Result(response="Hyvää \U0001f600")
    )
    assert remote.save_statement(statement).success
    found = remote.retrieve_statement(str(statement.id)).content
    assert found.result.response == "Hyvää \U0001f600"
    assert found.actor.account.name == statement.actor.account.name


def test_statements_are_queried_page_by_page(remote: tincan.RemoteLRS) -> None:
    verb = tincan.Verb(id=f"https://example.test/verbs/{uuid4()}")
    saved = remote.save_statements([make_statement(verb=verb) for _ in range(3)])
    assert saved.success
    query = {"verb": verb, "limit": 2, "ascending": "true"}
    first = remote.query_statements(query).content
    second = remote.more_statements(first).content
    found = [each.id for each in [*first.statements, *second.statements]]
    assert found == [each.id for each in saved.content]
    assert not second.more


def test_a_voided_statement_is_retrieved_as_voided(remote: tincan.RemoteLRS) -> None:
    statement = remote.save_statement(make_statement()).content
    voider = make_statement(
        verb=tincan.Verb(id="http://adlnet.gov/expapi/verbs/voided"),
        object=tincan.StatementRef(id=statement.id),
    )
    assert remote.save_statement(voider).success
    assert remote.retrieve_statement(str(statement.id)).response.status == 404
    assert remote.retrieve_voided_statement(str(statement.id)).content.id == statement.id


def test_a_state_is_saved_retrieved_and_cleared(remote: tincan.RemoteLRS) -> None:
    activity, agent = make_activity(), make_agent()
    state = StateDocument(
        activity=activity, agent=agent, id="bookmark", content=bytearray(b"page 7")
    )
    assert remote.save_state(state).success
    assert remote.retrieve_state(activity, agent, "bookmark").content.content == b"page 7"
    assert remote.retrieve_state_ids(activity, agent).content == ["bookmark"]
    assert remote.clear_state(activity, agent).success
    assert remote.retrieve_state_ids(activity, agent).content == []


def test_an_agent_profile_is_changed_by_its_tag(remote: tincan.RemoteLRS) -> None:
    """The package sends no If-None-Match, without which no new profile may be put in 1.0.3."""
    agent = make_agent()
    profile = AgentProfileDocument(agent=agent, id="one", content=bytearray(b"text"))
    assert remote.save_agent_profile(profile).response.status == 400
    profile.etag = '"wrong"'
    assert remote.save_agent_profile(profile).response.status == 412
    assert remote.retrieve_agent_profile_ids(agent).content == []


def test_a_different_statement_with_the_same_id_is_a_conflict(remote: tincan.RemoteLRS) -> None:
    statement_id = str(uuid4())
    assert remote.save_statement(make_statement(id=statement_id)).success
    again = remote.save_statement(make_statement(id=statement_id))
    assert not again.success
    assert again.response.status == 409

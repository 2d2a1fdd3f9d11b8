"""Keys of Inverse Functional Identifiers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identity import IDENTIFIERS, agent_ifi
from schemas.validation import validate_agent
from schemas.versions import Version
from tests.schemas.samples import ACCOUNT, TEAM, Json

WORDS = st.text("ab|:.", min_size=1, max_size=4)
IRIS = st.text("ab:/.", max_size=4).map("x:".__add__)
AGENTS = st.one_of(
    st.text("abAB.", min_size=1, max_size=4).map(lambda name: {"mbox": f"mailto:{name}@b"}),
    st.text("aA0", min_size=40, max_size=40).map(lambda text: {"mbox_sha1sum": text}),
    IRIS.map(lambda iri: {"openid": iri}),
    st.tuples(IRIS, WORDS).map(lambda two: {"account": {"homePage": two[0], "name": two[1]}}),
)


@given(AGENTS, AGENTS)
def test_keys_are_equal_exactly_if_the_identifiers_are(one: Json, other: Json) -> None:
    assert (agent_ifi(one) == agent_ifi(other)) == (one == other)


@given(AGENTS, st.sampled_from(["Agent", "Group"]))
def test_key_depends_on_nothing_but_the_identifier(agent: Json, kind: str) -> None:
    assert agent_ifi({**agent, "objectType": kind, "name": "x"}) == agent_ifi(agent)


def test_account_name_cannot_pass_for_another_home_page() -> None:
    honest = {"account": {"homePage": "https://a", "name": "b|c"}}
    forged = {"account": {"homePage": "https://a|b", "name": "c"}}
    with pytest.raises(ValueError, match="homePage"):
        _validated(forged)
    assert agent_ifi(_validated(honest)) == "account:https://a|b|c"


def test_anonymous_group_has_no_key() -> None:
    assert agent_ifi(TEAM) is None


def test_identifiers_are_the_four_of_the_specification() -> None:
    assert set(IDENTIFIERS) == {"mbox", "mbox_sha1sum", "openid", "account"}
    assert agent_ifi(ACCOUNT) == "account:https://moodle.example.com|42"


def _validated(agent: Json) -> Json:
    try:
        validate_agent(agent, Version.V1)
    except Exception as error:
        raise ValueError(str(error)) from error
    return agent

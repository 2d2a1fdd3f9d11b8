"""The client's bytes come back as they were sent, with what the LRS adds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.members import slices
from tests.statements.store import AUTHORITY, Json, Store, new_statement

if TYPE_CHECKING:
    from collections.abc import Callable

SPACES = st.text(" \t\r\n", max_size=2)
NUMBERS = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,40})", fullmatch=True),
    st.from_regex(r"-?(0|[1-9][0-9]{0,3})\.[0-9]{1,40}", fullmatch=True),
    st.from_regex(r"-?[1-9](\.[0-9]{1,9})?[eE][+-]?[0-9]{1,2}", fullmatch=True),
)
ESCAPES = st.sampled_from(
    [
        r"\"",
        r"\\",
        r"\/",
        r"\b",
        r"\n",
        r"\u0000",
        r"\u00e9",
        r"\uD83D\uDE00",
        "/",
        "é",
        "😀",
        "\x7f",
    ]
)
CHARACTERS = st.one_of(ESCAPES, st.characters(codec="utf-8", exclude_characters='"\\\x00'))
STRINGS = st.lists(CHARACTERS.filter(lambda c: len(c) > 1 or c >= " "), max_size=6).map(
    lambda parts: '"' + "".join(parts) + '"'
)
SCALARS = st.one_of(NUMBERS, STRINGS, st.sampled_from(["true", "false", "null", "{}", "[]"]))


@st.composite
def objects(draw: st.DrawFn, members: dict[str, str]) -> str:
    """Write an object with odd white space, its members in any order."""
    written = [
        f"{draw(SPACES)}{json.dumps(name)}{draw(SPACES)}:{draw(SPACES)}{text}{draw(SPACES)}"
        for name, text in draw(st.permutations(list(members.items())))
    ]
    return "{" + ",".join(written) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda values: st.one_of(
        st.lists(values, max_size=3).map(lambda texts: "[ " + " ,".join(texts) + "\n]"),
        st.dictionaries(st.text('abé"\\', max_size=3), values, max_size=3).flatmap(objects),
    ),
    max_leaves=5,
)


@st.composite
def statements(draw: st.DrawFn, given_members: tuple[str, ...]) -> bytes:
    """Write a statement that has these members of those that the LRS would add."""
    extensions = draw(st.dictionaries(st.from_regex(r"x:[a-z]{1,3}", fullmatch=True), VALUES))
    members = {
        "actor": draw(objects({"mbox": '"mailto:a@example.org"', "name": draw(STRINGS)})),
        "verb": '{ "id" : "http:\\/\\/example.org\\/v", "display": { } }',
        "object": draw(objects({"id": '"http://example.org/\\u00e9"'})),
        "result": draw(objects({"extensions": draw(objects(extensions))})),
    }
    ours = {
        "id": f'"{uuid4()}"',
        "version": '"1.0.3"',
        "timestamp": '"2020-02-29T23:59:59.123456789+14:00"',
    }
    text = draw(objects(members | {name: ours[name] for name in given_members}))
    return (draw(SPACES) + text + draw(SPACES)).encode()


def exact(text: bytes) -> Json:
    """Parse, keeping numbers as they are written."""
    parsed: Json = json.loads(text, parse_int=str, parse_float=str)
    return parsed


@settings(
    max_examples=60,
    deadline=None,  # commits wait for the disk
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example renews the store
)
@given(data=st.data())
def test_the_clients_bytes_are_kept_and_only_members_added(
    new_store: Callable[[], Store], data: st.DataObject
) -> None:
    ours = ("id", "version", "timestamp")
    given_members = data.draw(st.sampled_from([ours[:n] for n in range(4)]))
    sent = data.draw(st.lists(statements(given_members), min_size=1, max_size=3))
    store = new_store()
    store.append(*sent)
    for text, entry in zip(sent, store.log(), strict=True):
        assert entry.payload.startswith(text.strip()[:-1])
        added = {"authority", "stored", *ours} - set(given_members)
        assert exact(entry.payload).keys() == exact(text).keys() | added
        assert exact(entry.payload).items() >= exact(text).items()


def test_a_single_context_activity_becomes_an_array_and_nothing_else_changes(
    store: Store,
) -> None:
    lists = {"parent": {"id": "http://example.org/p"}, "other": [{"id": "http://example.org/o"}]}
    statement = new_statement(context={"contextActivities": lists, "platform": "é"})
    text = json.dumps(statement, indent=2).encode()
    store.append(text)
    payload = store.log()[0].payload
    context = json.loads(payload)["context"]
    assert context["contextActivities"]["parent"] == [lists["parent"]]
    assert context["contextActivities"]["other"] == lists["other"]
    for name in ("actor", "verb", "object", "id"):
        assert slices(payload)[name] == slices(text)[name]


@pytest.mark.parametrize("length", [0, 8_000, 300_000])
def test_long_identifiers_are_stored_and_found(store: Store, length: int) -> None:
    activity = "http://example.org/" + "é" * length
    person: Json = {"account": {"homePage": "http://example.org", "name": "n" * length}}
    statement = new_statement(actor=person, object={"id": activity})
    store.append(statement)
    agent = f"account:http://example.org|{'n' * length}"
    assert store.found(activity=activity, agent=agent) == [statement["id"]]
    assert store.found(activity=activity + "x") == []


def test_a_nul_and_an_emoji_are_stored_and_found(store: Store) -> None:
    activity = "http://example.org/\x00😀"
    statement = new_statement(object={"id": activity}, actor=AUTHORITY | {"name": "\x00"})
    store.append(statement)
    assert store.found(activity=activity) == [statement["id"]]
    assert json.loads(store.log()[0].payload)["actor"]["name"] == "\x00"

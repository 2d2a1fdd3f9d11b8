"""Canonical definitions and names are a fold of what statements say, in log order."""

from __future__ import annotations

import json
import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from schemas.members import slices
from statements import tables
from statements.append import Appender
from statements.connection import Connection
from statements.descriptions import (
    MOST_NAMES,
    definition_of,
    merge_definitions,
    names_of,
)
from statements.opening import open_database
from statements.postgresql_connection import PostgreSQLConnection
from statements.prepared import sender
from statements.terms import Dictionary
from tests.statements.store import (
    ANNA,
    AUTHORITY,
    COURSE,
    Store,
    counts,
    new_request,
    new_statement,
    poisoned,
    reference_to,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.sql import Executable

    from statements.connection import Answer

Json = dict[str, Any]

DEFINER = sender(AUTHORITY, may_define=True)
ANNA_IFI = f"mbox:{ANNA['mbox']}"


def define(store: Store, definition: Json | str, activity: str = COURSE) -> None:
    """Append a statement that defines an activity; text is kept as it is."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    statement = json.dumps(new_statement(object={"id": activity, "definition": "DEFINITION"}))
    store.append(statement.replace('"DEFINITION"', text).encode(), by=DEFINER)


def definition(store: Store, activity: str = COURSE) -> Json | None:
    """Read the canonical definition."""
    found = store.database.read(lambda c: definition_of(c, store.dictionary, activity))
    return None if found is None else json.loads(found)


def names(store: Store, ifi: str = ANNA_IFI) -> list[str]:
    """Read the names of an agent."""
    return store.database.read(lambda c: names_of(c, store.dictionary, ifi))


def rows(store: Store, table: Table) -> list[tuple[object, ...]]:
    """Read a whole table."""
    return store.database.read(lambda c: c.rows(select(table)))


def restart(store: Store) -> None:
    """Forget what a process remembers."""
    store.appender = Appender(store.database, store.dictionary)


def test_languages_and_extensions_are_merged_and_other_members_replaced(store: Store) -> None:
    define(
        store,
        {
            "name": {"en": "Course", "fr": "Cours"},
            "type": "http://e.org/old",
            "extensions": {"x:a": 1, "x:b": {"deep": 1}},
            "moreInfo": "http://e.org/more",
        },
    )
    define(
        store,
        {
            "name": {"en": "The course", "nl": "Cursus"},
            "description": {"en": "About"},
            "type": "http://e.org/new",
            "extensions": {"x:b": {"other": 2}},
        },
    )
    assert definition(store) == {
        "name": {"en": "The course", "fr": "Cours", "nl": "Cursus"},
        "description": {"en": "About"},
        "type": "http://e.org/new",
        "extensions": {"x:a": 1, "x:b": {"other": 2}},
        "moreInfo": "http://e.org/more",
    }


def test_numbers_keep_their_digits(store: Store) -> None:
    numbers = '{"x:n": 1.10000000000000000001, "x:big": 123456789012345678901234567890}'
    define(store, f'{{"extensions": {numbers}}}')
    define(store, {"name": {"en": "Course"}, "extensions": {"x:more": 1}})
    found = store.database.read(lambda c: definition_of(c, store.dictionary, COURSE))
    assert found is not None
    assert slices(slices(found)["extensions"]) == slices(numbers.encode()) | {"x:more": b"1"}


def test_a_row_is_written_only_when_something_changes(store: Store) -> None:
    for text in ('{ "name" : { "en" : "Course" } }', '{"name":{"en":"Course"}}'):
        for _ in range(2):
            define(store, text)
            restart(store)
    define(store, {})
    assert [row[1] for row in rows(store, tables.activity_definition)] == [1]
    define(store, {"name": {"fr": "Cours"}})
    assert [row[1] for row in rows(store, tables.activity_definition)] == [1, 6]


def test_what_was_said_before_is_said_again_after_something_else(store: Store) -> None:
    for name in ("one", "two", "one"):
        define(store, {"name": {"en": name}})
        assert definition(store) == {"name": {"en": name}}


def test_what_several_processes_say_is_merged_in_log_order(store: Store, url: str) -> None:
    with closing(open_database(url)) as database:
        other = Store(database)
        for process, name in ((store, "one"), (other, "two"), (store, "one"), (store, "one")):
            define(process, {"name": {"en": name}})
            assert definition(other) == {"name": {"en": name}}
    assert len(rows(store, tables.activity_definition)) == 3


@pytest.mark.parametrize("seed", range(4))
def test_several_processes_write_what_one_would(store: Store, url: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    said = []
    with closing(open_database(url)) as other:
        appenders = [store.appender, Appender(other, Dictionary())]
        for _ in range(60):
            activity = f"{COURSE}/{chance.randrange(3)}"
            name = {chance.choice("ab"): str(chance.randrange(2))}
            target = {"id": activity, "definition": {"name": name}}
            store.appender = chance.choice(appenders)
            store.append(new_statement(object=target, actor=ANNA | {"name": "A"}), by=DEFINER)
            said.append((activity, {"name": name}))
    merged: dict[str, bytes] = {}
    for activity, definition in said:
        new = json.dumps(definition).encode()
        merged[activity] = merge_definitions(merged.get(activity, b""), new)
    for activity, expected in merged.items():
        found = store.database.read(
            lambda c, activity=activity: definition_of(c, store.dictionary, activity)  # type: ignore[misc]  # of this turn
        )
        assert found == expected
    assert names(store) == ["A"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Lend a list that will have the activities whose definition was looked up."""
    asked: list[object] = []

    def noted(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        def note(connection: Connection, query: Executable, **parameters: object) -> Answer:
            asked.extend(parameters[name] for name in parameters if name == "activity")
            return ask(connection, query, **parameters)

        return note

    monkeypatch.setattr(Connection, "ask", noted(Connection.ask))
    monkeypatch.setattr(PostgreSQLConnection, "ask", noted(PostgreSQLConnection.ask))
    return asked


def test_what_others_append_in_between_is_no_reason_to_look_again(
    store: Store, url: str, asked: list[object]
) -> None:
    with closing(open_database(url)) as other:
        several = [store.appender, Appender(other, Dictionary())]
        for appender in several * 3:
            store.appender = appender
            define(store, {"name": {"en": "Course"}})
    assert len(asked) == len(several)  # each process once


def test_a_request_that_is_sent_again_is_no_reason_to_look_again(
    store: Store, asked: list[object]
) -> None:
    said = new_statement(object={"id": COURSE, "definition": {"type": "x:y"}})
    other = {"id": f"{COURSE}/2", "definition": {"type": "x:z"}}
    store.append(said, by=DEFINER)
    for _ in range(3):
        again = store.append(said, new_statement(object=other), by=DEFINER)
        assert counts(again) == (1, 1)
    # The other one, perhaps, in the try that found the first statement known, too.
    assert len(asked) <= 3


def test_definitions_in_one_flush_are_merged_in_order(store: Store) -> None:
    statements = [
        new_statement(object={"id": COURSE, "definition": {"name": {tag: tag, "en": tag}}})
        for tag in ("fr", "nl", "de")
    ]
    requests = [new_request(each, by=DEFINER) for each in statements]
    store.appender.append(requests)
    assert definition(store) == {"name": {"fr": "fr", "en": "de", "nl": "nl", "de": "de"}}
    assert [row[1] for row in rows(store, tables.activity_definition)] == [3]


@pytest.mark.parametrize("place", ["parent", "grouping", "category", "other"])
@pytest.mark.parametrize("single", [True, False])
def test_context_activities_are_defined(store: Store, place: str, *, single: bool) -> None:
    activity: Json = {"id": "http://e.org/a", "definition": {"type": "http://e.org/t"}}
    lists = {place: activity if single else [{"id": "http://e.org/b"}, activity]}
    store.append(new_statement(context={"contextActivities": lists}), by=DEFINER)
    assert definition(store, "http://e.org/a") == {"type": "http://e.org/t"}
    assert definition(store, "http://e.org/b") is None


def test_a_substatement_defines(store: Store) -> None:
    inner = new_statement(object={"id": COURSE, "definition": {"type": "http://e.org/t"}})
    del inner["id"]
    inner |= {"objectType": "SubStatement", "actor": ANNA | {"name": "Anna"}}
    store.append(new_statement(object=inner), by=DEFINER)
    assert definition(store) == {"type": "http://e.org/t"}
    assert names(store) == ["Anna"]


def test_of_two_definitions_in_one_statement_the_first_with_content_counts(store: Store) -> None:
    one, two = {"name": {"en": "one"}}, {"name": {"en": "two"}}

    def send(first: Json, *others: Json) -> None:
        activities = [{"id": COURSE, "definition": each} for each in (first, *others)]
        lists = {"other": activities[1], "category": activities[2:], "parent": activities[3:]}
        statement = new_statement(object=activities[0], context={"contextActivities": lists})
        store.append(statement, by=DEFINER)

    send({}, one, two, two)
    assert definition(store) == one
    send(two, one, one)
    assert definition(store) == two


def test_the_first_name_of_an_agent_comes_first_and_each_once(store: Store) -> None:
    for name in ("Anna", "Anna B.", "Anna", "\x00 é"):
        store.append(new_statement(actor=ANNA | {"name": name}), by=DEFINER)
        restart(store)
    assert names(store) == ["Anna", "Anna B.", "\x00 é"]
    assert len(rows(store, tables.agent_name)) == 3


def test_names_come_from_every_actor_with_an_identifier(store: Store) -> None:
    group = {"objectType": "Group", "name": "nobody", "member": [ANNA | {"name": "member"}]}
    context = {"instructor": ANNA | {"name": "instructor"}, "team": group}
    store.append(
        new_statement(actor=group, object={"objectType": "Agent"} | ANNA, context=context),
        new_statement(object={"objectType": "Agent", "name": "object"} | ANNA),
        by=DEFINER,
    )
    assert names(store) == ["member", "instructor", "object"]


def test_a_person_has_a_limited_number_of_names(store: Store) -> None:
    statements = [new_statement(actor=ANNA | {"name": str(n)}) for n in range(MOST_NAMES + 5)]
    store.append(*statements, by=DEFINER)
    assert names(store) == [str(n) for n in range(MOST_NAMES)]


def test_who_may_not_define_describes_nothing(store: Store) -> None:
    described = new_statement(
        actor=ANNA | {"name": "Anna"}, object={"id": COURSE, "definition": {"type": "x:y"}}
    )
    store.append(described, by=DEFINER._replace(may_define=False))
    assert definition(store) is None
    assert names(store) == []
    assert rows(store, tables.activity_definition) == rows(store, tables.agent_name) == []


def test_what_a_failed_flush_said_is_written_when_it_is_said_again(store: Store) -> None:
    said = new_statement(
        actor=ANNA | {"name": "Anna"}, object={"id": COURSE, "definition": {"type": "x:y"}}
    )
    good = new_request(said, by=DEFINER)
    bad = new_request(new_statement(object=reference_to(said["id"])))
    bad = poisoned(bad)
    with pytest.raises(IndexError):
        store.appender.append([good, bad])
    store.appender.append([good])
    assert definition(store) == {"type": "x:y"}
    assert names(store) == ["Anna"]


texts = st.dictionaries(st.sampled_from(["en", "fr"]), st.sampled_from(["a", "b"]))
definitions = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "extensions": st.dictionaries(st.sampled_from(["x:a", "x:b"]), st.integers() | texts),
        "type": st.sampled_from(["x:t", "x:u"]),
    },
)


@given(before=definitions, after=definitions)
def test_merging_is_done_member_by_member_and_twice_is_once(before: Json, after: Json) -> None:
    old, new = (json.dumps(each, indent=1).encode() for each in (before, after))
    merged = merge_definitions(merge_definitions(b"", old), new)
    entries = {
        name: before.get(name, {}) | after.get(name, {})
        for name in ("name", "extensions")
        if name in before or name in after
    }
    assert json.loads(merged) == before | after | entries
    assert merge_definitions(merged, new) == merged

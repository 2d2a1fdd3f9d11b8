"""What an erasure concerns, and that it stays written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from schemas.identity import agent_ifi
from statements import erasures
from statements.erasures import NOTHING, Erasures, Wish, positions_of, read_erasures, record
from statements.errors import UnknownStatements
from statements.prepared import sender
from tests.statements.store import ANNA, COURSE, new_statement, new_void, reference_to

if TYPE_CHECKING:
    from tests.statements.store import Json, Store

BEN: dict[str, Any] = {"account": {"homePage": "https://lms.example.org", "name": "ben"}}
PERSON = "mbox:mailto:anna@example.org"


def group(*members: Json, **more: object) -> Json:
    return {"objectType": "Group", "member": list(members), **more}


def by_ben(**members: object) -> Json:
    return new_statement(actor=BEN, **members)


def wished(store: Store, *ids: str, person: str = "", any_role: bool = False) -> set[int]:
    """Positions that a wish is about."""
    persons = frozenset({person} if person else ())
    wish = Wish(tuple(map(UUID, ids)), persons, any_role)
    return set(store.database.read(lambda connection: positions_of(connection, wish)))


@pytest.fixture
def town(store: Store) -> Store:
    """Lend a store with Anna in every role."""
    hers = new_statement()
    sub = {"objectType": "SubStatement", "actor": ANNA, "verb": hers["verb"]}
    store.append(
        hers,  # 1
        by_ben(object=ANNA | {"objectType": "Agent"}),  # 2
        by_ben(context={"instructor": ANNA}),  # 3
        by_ben(context={"team": group(ANNA, mbox="mailto:team@example.org")}),  # 4
        new_statement(actor=group(BEN, ANNA)),  # 5
        by_ben(object=sub | {"object": {"id": COURSE}}),  # 6
        by_ben(
            object=reference_to(hers["id"])
        ),  # 7: the index finds it for her, and it is not hers
        new_void(hers["id"], actor=BEN),  # 8: likewise
        new_statement(actor=ANNA | {"name": "Anna"}),  # 9
    )
    store.append(by_ben(), by=sender(ANNA))  # 10
    return store


def test_a_person_takes_what_they_did_and_nothing_of_others(town: Store) -> None:
    assert wished(town, person=PERSON) == {1, 9}


def test_any_role_takes_whatever_names_the_person(town: Store) -> None:
    assert wished(town, person=PERSON, any_role=True) == {1, 2, 3, 4, 5, 6, 9, 10}


def test_a_person_is_found_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "PAGE_STATEMENTS", 2)
    store.append(*(new_statement() for _ in range(5)), by_ben())
    assert wished(store, person=PERSON) == {1, 2, 3, 4, 5}
    assert wished(store, person=str(agent_ifi(BEN))) == {6}
    assert wished(store, person="mbox:mailto:nobody@example.org") == set()


def test_an_id_that_is_not_there_erases_nothing(store: Store) -> None:
    known, strange = new_statement(), str(uuid4())
    store.append(known)
    with pytest.raises(UnknownStatements, match=f"has the id {strange}: nothing was erased"):
        record(store.database, Wish((UUID(known["id"]), UUID(strange))))
    assert store.database.read(read_erasures) == NOTHING


def test_what_is_erased_is_written_down_once(store: Store) -> None:
    statements = [new_statement(), by_ben(), by_ben()]
    store.append(*statements)
    by_id = Wish((UUID(statements[1]["id"]),))
    assert record(store.database, by_id) == 1
    assert record(store.database, by_id) == 0
    assert store.database.read(read_erasures) == Erasures(frozenset({2}))
    assert record(store.database, Wish(persons=frozenset({PERSON}))) == 1
    both = Erasures(frozenset({1, 2}), frozenset({PERSON}))
    assert store.database.read(read_erasures) == both
    store.append(new_statement())
    assert wished(store, person=PERSON) == set()  # it is out, as the person is


def test_an_identifier_of_any_text_can_be_erased(store: Store) -> None:
    person = "account:https://lms.example.org|Zoé\0| 'x'"
    record(store.database, Wish(persons=frozenset({person})))
    assert store.database.read(read_erasures).persons == {person}

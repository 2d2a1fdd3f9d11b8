"""Reading by position and by id."""

from __future__ import annotations

import json
from uuid import uuid4

from statements.append import head
from statements.filters import Scope
from statements.prepared import sender
from statements.reader import voided_positions
from tests.statements.store import Store, new_statement, new_void, reference_to

CITY = sender({"mbox": "mailto:lrs@city.example"}, "city")
CITY_IFI = "mbox:mailto:lrs@city.example"
GROUP = sender({"objectType": "Group", "member": [{"mbox": "mailto:a@e.org"}, {"openid": "x:b"}]})


def test_the_log_is_read_in_parts(store: Store) -> None:
    sent = [new_statement() for _ in range(7)]
    store.append(*sent)
    parts = [store.log(after=after, limit=3) for after in (0, 3, 6, 7)]
    assert [[entry.position for entry in part] for part in parts] == [[1, 2, 3], [4, 5, 6], [7], []]
    assert store.ids() == [each["id"] for each in sent]


def test_the_log_is_read_up_to_the_first_gap(store: Store) -> None:
    store.append(*[new_statement() for _ in range(3)])
    store.forge(position=5, stored=store.log()[-1].stored + 10)
    assert [entry.position for entry in store.log()] == [1, 2, 3]
    assert [entry.position for entry in store.log(after=2)] == [3]
    assert store.log(after=3) == []
    assert [entry.position for entry in store.log(after=4)] == [5]


def test_the_head_is_the_last_entry(store: Store) -> None:
    assert store.database.read(head) == (0, 0)
    store.append(new_statement(), new_statement())
    last = store.log()[-1]
    assert store.database.read(head) == (last.position, last.stored)


def test_what_is_voided_is_listed_whichever_came_first(store: Store) -> None:
    assert store.database.read(voided_positions) == []
    late, early = new_statement(), new_statement()
    store.append(new_void(late["id"]), early, new_statement())
    store.append(late, new_void(early["id"]), new_void(str(uuid4())))
    assert store.database.read(voided_positions) == [2, 4]


def test_a_statement_is_found_by_its_id_voided_or_not(store: Store) -> None:
    kept, voided = new_statement(), new_statement()
    store.append(kept, voided, new_void(voided["id"]))
    found = store.find(kept["id"].upper())
    assert found is not None
    assert json.loads(found.payload)["id"] == kept["id"]
    assert found.position == 1
    assert store.find(kept["id"], voided=True) is None
    assert store.find(voided["id"]) is None
    assert store.find(voided["id"], voided=True) is not None
    assert store.find(str(uuid4())) is None


def test_a_statement_is_found_only_in_the_scope(store: Store) -> None:
    ours, theirs = new_statement(), new_statement()
    store.append(ours, by=CITY)
    store.append(theirs)
    for scope in (Scope(CITY_IFI), Scope(organisation="city"), Scope(CITY_IFI, "city")):
        assert store.find(ours["id"], scope) is not None
        assert store.find(theirs["id"], scope) is None
    for scope in (Scope("mbox:x"), Scope(organisation="state"), Scope(CITY_IFI, "state")):
        assert store.find(ours["id"], scope) is None


def test_a_reference_brings_nobody_into_another_scope(store: Store) -> None:
    ours = new_statement()
    theirs = new_statement(object=reference_to(ours["id"]))
    store.append(theirs)
    store.append(ours, by=CITY)
    for scope in (Scope(CITY_IFI), Scope(organisation="city")):
        assert store.find(theirs["id"], scope) is None
        assert store.found(scope) == [ours["id"]]
        assert store.found(scope, agent=CITY_IFI, related_agents=True) == [ours["id"]]


def test_an_authority_of_two_is_found_by_each_of_them(store: Store) -> None:
    statement = new_statement()
    store.append(statement, by=GROUP)
    for identifier in ("mbox:mailto:a@e.org", "openid:x:b"):
        assert store.find(statement["id"], Scope(identifier)) is not None
        assert store.found(Scope(identifier)) == [statement["id"]]


def test_an_agent_who_is_not_the_authority_owns_nothing(store: Store) -> None:
    statement = new_statement(actor={"mbox": "mailto:lrs@city.example"})
    store.append(statement)
    assert store.find(statement["id"], Scope(CITY_IFI)) is None
    assert store.found(Scope(CITY_IFI)) == []

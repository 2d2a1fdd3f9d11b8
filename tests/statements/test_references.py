"""StatementRefs and voids, in whatever order the statements arrive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from schemas.validation import validate_statement
from schemas.versions import Version
from statements import tables
from statements.errors import NotYours
from statements.filters import Filters, Scope
from statements.prepared import Sender, sender
from statements.requests import AppendRequest
from statements.terms import ROLE_BITS
from tests.statements.model import Entry, Model
from tests.statements.store import (
    ANNA,
    Store,
    counts,
    new_request,
    new_statement,
    new_void,
    prepared,
    reference_to,
)
from tests.statements.worlds import Batch, worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from statements.admission import Outcome

Json = dict[str, Any]

CITY = sender({"mbox": "mailto:lrs@city.example"}, "city")
STATE = sender({"mbox": "mailto:lrs@state.example"}, "state")
NOBODY = sender({"mbox": "mailto:lrs@example.org"})
DEPTH = 50
each_renews_the_store = settings(
    max_examples=5,
    deadline=None,  # commits wait for the disk
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
orders = st.permutations(range(DEPTH))
batch_sizes = st.lists(st.integers(1, 12), min_size=DEPTH)


def new_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def person(number: int) -> Json:
    return {"mbox": f"mailto:{number}@example.org"}


def new_chain(end: Json) -> list[Json]:
    """Make statements that each refer to the one before; the first has `end` for object."""
    return [
        new_statement(
            id=new_id(number),
            actor=person(number),
            object=reference_to(new_id(number - 1)) if number else end,
        )
        for number in range(DEPTH)
    ]


def append_in(
    store: Store, statements: Sequence[Json], order: list[int], sizes: list[int]
) -> Model:
    """Append statements in an order, some at once, and model the log."""
    left = [statements[number] for number in order]
    for size in sizes:
        if left:
            store.append(*left[:size])
            left = left[size:]
    return Model(
        [
            Entry(each.position, each.stored, json.loads(each.payload), "", confined=False)
            for each in store.log()
        ]
    )


def check(store: Store, model: Model, number: int, found: int) -> None:
    """Check who is found by the actor of a statement of the chain."""
    wanted = Filters(agent=f"mbox:{person(number)['mbox']}", limit=1000)
    positions = [record.position for record in store.page(wanted).records]
    assert positions == model.find(wanted, Scope())
    assert len(positions) == found


@each_renews_the_store
@given(order=orders, sizes=batch_sizes)
def test_a_chain_is_followed_to_its_end_in_any_order_of_arrival(
    new_store: Callable[[], Store], order: list[int], sizes: list[int]
) -> None:
    store = new_store()
    model = append_in(store, new_chain({"id": "http://example.org/end"}), order, sizes)
    assert len(store.found(activity="http://example.org/end")) == DEPTH
    for number in (0, 1, DEPTH // 2, DEPTH - 1):
        check(store, model, number, DEPTH - number)


@each_renews_the_store
@given(order=orders, sizes=batch_sizes, entry=st.integers(0, DEPTH - 1))
def test_a_cycle_ends_where_it_began_in_any_order_of_arrival(
    new_store: Callable[[], Store], order: list[int], sizes: list[int], entry: int
) -> None:
    store = new_store()
    model = append_in(store, new_chain(reference_to(new_id(entry))), order, sizes)
    for number in (0, entry, DEPTH - 1):
        check(store, model, number, DEPTH if number <= entry else DEPTH - number)


def index(store: Store) -> set[tuple[object, ...]]:
    """Read what each statement is found by, without the numbers that tell of the arrival."""
    posting, term, statement = tables.posting.c, tables.term.c, tables.statement.c
    beside = select(statement.id, posting.via, posting.key).where(
        statement.position == posting.position
    )
    rows = store.database.read(lambda c: c.rows(beside))
    terms = store.database.read(lambda c: c.rows(select(term.number, term.digest)))
    digests: dict[int, bytes] = dict(terms)
    return {(each, via, digests[key >> ROLE_BITS], key % 4) for each, via, key in rows}


@settings(each_renews_the_store, max_examples=15)
@given(world=worlds(), data=st.data())
def test_the_index_does_not_depend_on_the_order_of_arrival_nor_on_who_came_together(
    new_store: Callable[[], Store], world: list[list[Batch]], data: st.DataObject
) -> None:
    statements = [each for flush in world for batch in flush for each in batch.statements]
    found = []
    for _ in range(2):
        store = new_store()
        left = data.draw(st.permutations(statements))
        while left:
            size = data.draw(st.integers(1, len(left)))
            store.append(*left[:size], by=CITY)
            left = left[size:]
        found.append(index(store))
    assert found[0] == found[1]


def test_a_statement_that_refers_to_itself_is_found_once(store: Store) -> None:
    statement = new_statement(object=reference_to(new_id(1)), id=new_id(1))
    store.append(statement)
    assert store.found(agent=f"mbox:{ANNA['mbox']}") == [new_id(1)]


def test_filters_have_to_hold_together_for_one_statement(store: Store) -> None:
    target = new_statement(object={"id": "http://example.org/a"}, verb={"id": "http://e.org/did"})
    comment = new_statement(object=reference_to(target["id"]), verb={"id": "http://e.org/said"})
    store.append(target, comment)
    assert store.found(activity="http://example.org/a", verb="http://e.org/did") == [
        comment["id"],
        target["id"],
    ]
    assert store.found(activity="http://example.org/a", verb="http://e.org/said") == []


def test_what_only_the_context_refers_to_does_not_count(store: Store) -> None:
    target = new_statement(object={"id": "http://example.org/a"})
    aside = new_statement(
        object={"id": "http://example.org/b"}, context={"statement": reference_to(target["id"])}
    )
    store.append(target, aside)
    assert store.found(activity="http://example.org/a") == [target["id"]]


def test_many_may_refer_to_one_statement_that_comes_last(store: Store) -> None:
    target = new_statement(object={"id": "http://example.org/a"})
    referrers = [new_statement(object=reference_to(target["id"])) for _ in range(200)]
    store.append(*referrers)
    store.append(target)
    assert len(store.found(activity="http://example.org/a", limit=500)) == 201


@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "two-requests"])
@pytest.mark.parametrize("void_first", [True, False])
def test_a_statement_is_voided_whichever_arrives_first(
    store: Store, *, together: bool, void_first: bool
) -> None:
    target = new_statement()
    void = new_void(target["id"])
    both = [void, target] if void_first else [target, void]
    if together:
        store.append(*both)
    else:
        for each in both:
            store.append(each)
    assert store.find(target["id"]) is None
    assert store.find(target["id"], voided=True) is not None
    assert store.find(void["id"]) is not None
    assert store.found() == [void["id"]]
    assert store.found(activity=target["object"]["id"]) == [void["id"]]


def test_voiding_twice_is_voiding(store: Store) -> None:
    target = new_statement()
    store.append(target)
    store.append(new_void(target["id"]), new_void(target["id"]))
    store.append(new_void(target["id"]))
    assert store.find(target["id"], voided=True) is not None
    assert len(store.found()) == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_voiding_statement_cannot_be_voided(store: Store, order: tuple[int, ...]) -> None:
    target = new_statement()
    void = new_void(target["id"])
    void_of_void = new_void(void["id"])
    statements = [target, void, void_of_void]
    for number in order:
        store.append(statements[number])
    assert store.find(target["id"], voided=True) is not None
    assert store.find(void["id"]) is not None
    assert store.find(void["id"], voided=True) is None
    assert set(store.found()) == {void["id"], void_of_void["id"]}


def test_who_refers_to_a_voided_statement_is_still_found_by_it(store: Store) -> None:
    target = new_statement(object={"id": "http://example.org/a"})
    comment = new_statement(object=reference_to(target["id"]))
    store.append(target, comment, new_void(target["id"]))
    assert comment["id"] in store.found(activity="http://example.org/a")
    assert target["id"] not in store.found(activity="http://example.org/a")


def test_a_voided_statement_sent_again_is_known_and_stays_voided(store: Store) -> None:
    target = new_statement()
    store.append(target, new_void(target["id"]))
    assert counts(store.append(target)) == (0, 1)
    assert store.find(target["id"], voided=True) is not None


def void_as_city(store: Store, *statements: Json) -> Outcome:
    """Append as a credential that is confined to the city."""
    request = AppendRequest([prepared(each, CITY) for each in statements], confined_to="city")
    return store.appender.append([request])[0]


def test_a_confined_credential_voids_what_its_organisation_sent(store: Store) -> None:
    target, later = new_statement(), new_statement()
    store.append(target, by=CITY)
    void_as_city(store, new_void(target["id"]), new_void(later["id"]))
    store.append(later, by=CITY)
    assert store.find(target["id"], voided=True) is not None
    assert store.find(later["id"], voided=True) is not None


@pytest.mark.parametrize("other", [STATE, NOBODY], ids=["organisation", "nobody"])
def test_a_confined_credential_is_refused_to_void_what_others_sent(
    store: Store, other: Sender
) -> None:
    target = new_statement()
    store.append(target, by=other)
    outcome = void_as_city(store, new_statement(), new_void(target["id"]))
    assert isinstance(outcome, NotYours)
    assert outcome.statement_id == target["id"]
    assert store.ids() == [target["id"]]


@pytest.mark.parametrize("other", [STATE, NOBODY], ids=["organisation", "nobody"])
def test_a_confined_void_that_came_first_does_not_void_what_others_send(
    store: Store, other: Sender
) -> None:
    target, neighbour = new_statement(), new_statement()
    void_as_city(store, new_void(target["id"]))
    store.append(target, by=other)
    void = AppendRequest([prepared(new_void(neighbour["id"]), CITY)], confined_to="city")
    store.appender.append([void, new_request(neighbour, by=other)])
    for statement in (target, neighbour):
        assert store.find(statement["id"]) is not None


def test_a_confined_void_that_was_accepted_is_known_when_it_is_sent_again(store: Store) -> None:
    target = new_statement()
    void = new_void(target["id"])
    assert counts(void_as_city(store, void)) == (1, 0)
    store.append(target, by=STATE)
    assert counts(void_as_city(store, void, new_statement())) == (1, 1)


def test_the_store_refers_only_to_valid_statements() -> None:
    for statement in (new_statement(), new_void(new_id(1)), *new_chain({"id": "x:y"})):
        validate_statement(statement, Version.V1)

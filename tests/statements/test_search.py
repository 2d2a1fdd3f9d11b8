"""GET /statements finds what a slow model of the specification finds, page by page."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statements.admission import Appended
from statements.errors import NotYours
from statements.filters import Filters, Scope
from statements.known import MOST_BYTES, Memory
from statements.preload import preload
from statements.requests import AppendRequest
from statements.sealing import seal_next
from tests.statements.bitmaps import make_small
from tests.statements.model import VOIDED, Entry, Model, spell
from tests.statements.store import (
    COURSE,
    EXPERIENCED,
    Store,
    new_statement,
    new_void,
    prepared,
)
from tests.statements.worlds import (
    ACTIVITIES,
    AGENTS,
    IDS,
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
scopes = st.builds(
    Scope,
    authority=st.sampled_from([spell(AGENTS[0]), spell(AGENTS[1])]),
    organisation=st.sampled_from(["city", "state", "nobody"]),
)
# A moment is that of a statement of the log, or just beside it.
moments = st.none() | st.tuples(st.integers(1, len(IDS)), st.sampled_from([-1, 0, 1]))


class Question(NamedTuple):
    """What is asked of a world."""

    filters: Filters
    scope: Scope
    since: tuple[int, int] | None
    until: tuple[int, int] | None


questions = st.builds(Question, filters, scopes, moments, moments)


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
        for position, stored, _, payload, _ in store.log()
        for statement in [json.loads(payload)]
        for key in [senders[statement["id"]]]
    ]
    assert len(entries) == len(senders)
    return Model(entries)


def new_request(batch: Batch) -> AppendRequest:
    """Make a request as a credential does."""
    statements = [prepared(each, batch.key.sender) for each in batch.statements]
    return AppendRequest(statements, confined_to=batch.key.confined_to)


OPTIONAL = ("agent", "activity", "verb", "registration")
BROAD = {"agent": "related_agents", "activity": "related_activities"}


def combinations(drawn: Filters) -> Iterator[Filters]:
    """Every combination of the filters that are drawn: used or not, broad or not."""
    values: dict[str, Any] = {field.name: getattr(drawn, field.name) for field in fields(drawn)}
    for count in range(len(OPTIONAL) + 1):
        for unused in itertools.combinations(OPTIONAL, count):
            flags = [BROAD[name] for name in BROAD if name not in unused]
            for broad in itertools.product((False, True), repeat=len(flags)):
                changed = dict.fromkeys(unused) | dict(zip(flags, broad, strict=True))
                yield Filters(**(values | changed))


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


def moment(model: Model, drawn: tuple[int, int] | None) -> int | None:
    """Tell the microsecond that was drawn."""
    if drawn is None or not model.entries:
        return None
    position, beside = drawn
    return model.entries[min(position, len(model.entries)) - 1].stored + beside


@each_renews_the_store
@given(world=worlds(), question=questions)
def test_every_combination_of_filters_finds_what_the_model_finds(
    new_store: Callable[[], Store], world: list[list[Batch]], question: Question
) -> None:
    store = new_store()
    model = append_world(store, world)
    drawn, scope, since, until = question
    timed = replace(drawn, since=moment(model, since), until=moment(model, until))
    seen_by = [Scope(), replace(scope, authority=None), replace(scope, organisation=""), scope]
    for number, wanted in enumerate(combinations(timed)):
        for one in (seen_by[0], seen_by[1 + number % 3]):
            assert read_pages(store, wanted, one) == model.find(wanted, one), (wanted, one)


@each_renews_the_store
@given(
    world=worlds(),
    question=questions,
    sealed=st.integers(0, len(IDS)),
    thresholds=st.fixed_dictionaries(
        {
            "newest.NEWEST": st.integers(1, 4),
            "newest.MOST_SINCE": st.integers(1, 4),
            "inquiry.FEW": st.integers(0, 2),
            "inquiry.APART": st.integers(0, 3),
            "bitmaps.MOST_BEHIND": st.integers(0, 9),
            "inquiry.GROUPED": st.sampled_from([1, 4_000]),
            "segments.SPAN": st.sampled_from([1, 2, 64]),
            "segments.LARGEST_GROUP": st.sampled_from([1, 2, 16]),
            "preloaded": st.integers(0, 5),
            "memory": st.sampled_from([0, 1_200, 4_000, MOST_BYTES]),
        }
    ),
)
def test_bitmaps_find_what_the_model_finds(
    new_store: Callable[[], Store],
    world: list[list[Batch]],
    question: Question,
    sealed: int,
    thresholds: dict[str, int],
) -> None:
    store = new_store()
    store.dictionary.memory = Memory(thresholds.pop("memory"))
    preloaded = thresholds.pop("preloaded")
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(monkeypatch)
        for name, value in thresholds.items():
            monkeypatch.setattr(f"statements.{name}", value)
        # What is remembered of the first part has to be right for both.
        for batches in (world[:-1], world):
            model = append_world(store, batches)
            timed = replace(question.filters, until=moment(model, question.until))
            for number, wanted in enumerate(combinations(timed)):
                scope = question.scope if number % 2 else Scope()
                assert read_pages(store, wanted, scope) == model.find(wanted, scope), wanted
            for _ in range(sealed):
                seal_next(store.database)
            for _ in itertools.islice(preload(store.database, store.dictionary.memory), preloaded):
                pass


def test_statements_that_arrive_between_pages_do_not_disturb_descending_pages(
    store: Store,
) -> None:
    sent = [new_statement() for _ in range(5)]
    store.append(*sent)
    first = store.page(Filters(limit=2))
    store.append(*[new_statement() for _ in range(3)])
    second = store.page(Filters(limit=2, cursor=first.cursor))
    third = store.page(Filters(limit=2, cursor=second.cursor))
    pages = [[each.position for each in page.records] for page in (first, second, third)]
    assert pages == [[5, 4], [3, 2], [1]]
    assert third.cursor is None


def test_ascending_pages_go_on_with_statements_that_arrive_between_them(store: Store) -> None:
    store.append(*[new_statement() for _ in range(3)])
    first = store.page(Filters(limit=2, ascending=True))
    store.append(*[new_statement() for _ in range(2)])
    second = store.page(Filters(limit=9, ascending=True, cursor=first.cursor))
    assert [each.position for each in second.records] == [3, 4, 5]


def test_what_is_voided_between_pages_is_left_out(store: Store) -> None:
    sent = [new_statement() for _ in range(4)]
    store.append(*sent)
    first = store.page(Filters(limit=2))
    store.append(new_void(sent[1]["id"]))
    second = store.page(Filters(limit=2, cursor=first.cursor))
    assert [each.position for each in second.records] == [1]


def test_a_full_last_page_has_no_further_page(store: Store) -> None:
    store.append(*[new_statement() for _ in range(4)])
    first = store.page(Filters(limit=2, verb=EXPERIENCED))
    assert first.cursor is not None
    assert store.page(Filters(limit=2, verb=EXPERIENCED, cursor=first.cursor)).cursor is None


def test_the_rarest_filter_is_found_however_many_rows_the_others_have(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 3)
    rare = new_statement(actor={"mbox": "mailto:rare@example.org"})
    store.append(*[new_statement() for _ in range(10)], rare, *[new_statement() for _ in range(10)])
    assert store.found(agent="mbox:mailto:rare@example.org", verb=EXPERIENCED) == [rare["id"]]
    assert len(store.found(activity=COURSE, verb=EXPERIENCED)) == 21

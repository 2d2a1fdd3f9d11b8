"""Which way a query with several filters goes, and that no way holds up others for long."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from statements.connection import TakesTime
from statements.filters import Filters, Scope
from statements.inquiry import Inquiry
from statements.search import search
from statements.sqlite import SQLite
from tests.statements.bitmaps import seal_all
from tests.statements.store import COURSE, EXPERIENCED, Json, Store, new_statement, reference_to

if TYPE_CHECKING:
    from statements.filters import Wanted
    from statements.page_queries import Record
    from statements.segments import Window

OTHER = "http://example.org/verbs/other"
ELSEWHERE = {"id": "http://example.org/elsewhere"}


def append_each(store: Store, count: int) -> list[Json]:
    """Append statements that are alike; the last first."""
    sent = [new_statement() for _ in range(count)]
    store.append(*sent)
    return sent[::-1]


def ids(statements: list[Json]) -> list[str]:
    """Tell the ids of statements."""
    return [each["id"] for each in statements]


@pytest.fixture
def only_bitmaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no page read along the rows of the first filter."""

    def refuse(*_: object) -> list[object]:
        pytest.fail("rows were gone through")

    monkeypatch.setattr(Inquiry, "_nearest", refuse)


@pytest.mark.usefixtures("only_bitmaps")
def test_dense_filters_are_found_by_bitmaps_and_in_the_last_segment_by_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = append_each(store, 20)
    assert seal_all(store.database, monkeypatch) == 10
    monkeypatch.setattr("statements.inquiry.SIFTED", 100)
    monkeypatch.setattr("statements.inquiry.COUNTED", 8)
    late = append_each(store, 3)
    store.append(new_statement(object=ELSEWHERE), new_statement(verb={"id": OTHER}))
    assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(late + sent)
    assert store.found(activity=COURSE, verb=EXPERIENCED, cursor=9, limit=3) == ids(sent[12:15])
    assert store.found(activity=COURSE, verb=OTHER, agent="mbox:mailto:no@example.org") == []


def test_what_matches_by_a_reference_is_found_beside_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = append_each(store, 20)
    referring = new_statement(verb={"id": OTHER}, object=reference_to(sent[0]["id"]))
    store.append(referring)
    assert seal_all(store.database, monkeypatch) == 11
    late = append_each(store, 3)
    assert store.found(activity=COURSE, verb=EXPERIENCED) == ids([*late, referring, *sent])


def test_a_long_search_in_bitmaps_is_not_done_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(store.database, SQLite):
        pytest.skip("PostgreSQL searches in a process of its own")
    for _ in range(10):
        store.append(new_statement(object=ELSEWHERE), new_statement(verb={"id": OTHER}))
    wanted = Filters(activity=ELSEWHERE["id"], verb=OTHER)
    assert seal_all(store.database, monkeypatch) == 10
    look = partial(search, dictionary=store.dictionary, filters=wanted, scope=Scope())
    with pytest.raises(TakesTime):
        store.database.read_at_once(look)
    assert store.database.read(look).records == []
    found = Filters(activity=ELSEWHERE["id"], verb=EXPERIENCED, limit=2)
    short = partial(search, dictionary=store.dictionary, filters=found, scope=Scope())
    page = store.database.read_at_once(short)
    assert json.loads(page.records[0].payload)["verb"]["id"] == EXPERIENCED


def test_rows_that_lie_far_apart_are_walked_and_a_thousand_at_most(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = append_each(store, 30)
    store.append(*[new_statement(object=ELSEWHERE, verb={"id": OTHER}) for _ in range(30)])
    assert seal_all(store.database, monkeypatch) == 30
    for name, value in {"DENSE": 0, "APART": 1, "FREQUENT": 0, "SIFTED": 8}.items():
        monkeypatch.setattr(f"statements.inquiry.{name}", value)
    beyond, gone_beyond = Inquiry.beyond, []

    def go_beyond(inquiry: Inquiry, wanted: list[Wanted], window: Window) -> list[Record]:
        gone_beyond.append(window)
        return beyond(inquiry, wanted, window)

    monkeypatch.setattr(Inquiry, "beyond", go_beyond)
    monkeypatch.setattr(Inquiry, "sifted", lambda *_: pytest.fail("bitmaps were read"))
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=5) == ids(sent[:5])
    assert gone_beyond == []
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=20) == ids(sent[:20])
    assert store.found(activity=COURSE, verb=OTHER) == []
    assert len(gone_beyond) == 2


def test_rows_that_lie_far_apart_are_looked_up_in_what_is_remembered_of_frequent_terms(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = append_each(store, 12)
    store.append(*[new_statement(object=ELSEWHERE) for _ in range(30)])
    assert seal_all(store.database, monkeypatch) == 21
    for name, value in {"DENSE": 0, "COUNTED": 20, "SIFTED": 100}.items():
        monkeypatch.setattr(f"statements.inquiry.{name}", value)
    monkeypatch.setattr("statements.inquiry.FEW", 11)
    monkeypatch.setattr(Inquiry, "_walk", lambda *_, **__: pytest.fail("rows were gone through"))
    assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(sent)

"""Which way a query with several filters goes, and that no way holds up others for long."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from pyroaring import BitMap64

from statements import bitmaps
from statements.bitmaps import Bitmaps
from statements.connection import TakesTime
from statements.filters import Filters, Scope
from statements.inquiry import Inquiry
from statements.known import Memory
from statements.sealing import seal_next
from statements.search import search
from statements.segments import Window
from statements.sqlite import SQLite
from tests.statements.bitmaps import make_small, seal_all
from tests.statements.store import COURSE, EXPERIENCED, Json, Store, new_statement, reference_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.connection import Connection

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
def sealed(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """Append twenty statements that are alike, in full segments of two; the last first."""
    sent = append_each(store, 20)
    assert seal_all(store.database, monkeypatch) == 10
    return sent


@pytest.fixture
def only_bitmaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no page read along the rows of the first filter."""
    monkeypatch.setattr("statements.inquiry.FEW", 0)
    monkeypatch.setattr(Inquiry, "_walk", lambda *_, **__: pytest.fail("rows were gone through"))


@pytest.mark.usefixtures("only_bitmaps")
def test_filters_are_intersected_by_bitmaps_and_in_the_last_segment_by_rows(
    store: Store, sealed: list[Json]
) -> None:
    late = append_each(store, 3)
    store.append(new_statement(object=ELSEWHERE), new_statement(verb={"id": OTHER}))
    for _ in range(2):
        assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(late + sealed)
        assert store.found(activity=COURSE, verb=EXPERIENCED, cursor=9, limit=3) == ids(
            sealed[12:15]
        )
        oldest = store.found(activity=COURSE, verb=EXPERIENCED, ascending=True, limit=3)
        assert oldest == ids(sealed[:-4:-1])
    assert store.found(activity=COURSE, verb=OTHER, agent="mbox:mailto:no@example.org") == []


@pytest.mark.usefixtures("only_bitmaps")
def test_what_has_a_bitmap_is_not_read_by_rows(
    store: Store, sealed: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bitmaps, "read_own", lambda *_: pytest.fail("rows were read"))
    # Segment 0 has one statement, which is few.
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=18) == ids(sealed[:18])


@pytest.mark.usefixtures("only_bitmaps", "sealed")
def test_what_was_read_of_a_frequent_term_is_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def note(_: Bitmaps, key: int, first: int, last: int) -> BitMap64:
        read.append((key, first, last))
        return BitMap64(range(first * 2, last * 2 + 2))

    monkeypatch.setattr(Bitmaps, "_read", note)
    for _ in range(2):
        assert len(store.found(activity=COURSE, verb=EXPERIENCED)) == 20
    assert len(read) == len(set(read)) > 0
    before = len(read)
    store.dictionary.memory = Memory(1_200)  # no room for bitmaps
    for _ in range(2):
        assert len(store.found(activity=COURSE, verb=EXPERIENCED)) == 20
    assert len(read) == 3 * before


@pytest.mark.usefixtures("only_bitmaps")
def test_of_a_span_one_bitmap_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.segments.SPAN", 4)
    sent = append_each(store, 23)
    assert seal_all(store.database, monkeypatch) == 12 + 3
    monkeypatch.setattr("statements.segments.LARGEST_GROUP", 99)
    monkeypatch.setattr("statements.inquiry.GROUPED", 99)
    read, bitmaps_of = [], bitmaps.read_bitmaps

    def note(connection: Connection, key: int, numbers: Window, left: BitMap64) -> BitMap64:
        read.append(numbers)
        return bitmaps_of(connection, key, numbers, left)

    monkeypatch.setattr(bitmaps, "read_bitmaps", note)
    assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(sent)
    assert read == [Window(-3, -1)] * 2
    store.dictionary.memory = Memory()
    read.clear()
    assert store.found(activity=COURSE, verb=EXPERIENCED, cursor=16) == ids(sent[8:])
    # Positions 0 to 15 are segments 0 to 7.
    assert read == [Window(-2, -1)] * 2
    store.dictionary.memory = Memory()
    read.clear()
    assert store.found(activity=COURSE, verb=EXPERIENCED, cursor=14) == ids(sent[10:])
    assert read == [Window(-1, -1), Window(4, 6)] * 2
    store.dictionary.memory = Memory()
    read.clear()
    found = store.found(activity=COURSE, verb=EXPERIENCED, cursor=5, ascending=True)
    assert found == ids(sent[17::-1])
    assert read == [Window(-3, -2), Window(3, 3)] * 2


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
    monkeypatch.setattr("statements.segments.LARGEST_GROUP", 2)
    look = partial(search, dictionary=store.dictionary, filters=wanted, scope=Scope())
    with pytest.raises(TakesTime):
        store.database.read_at_once(look)
    assert store.database.read(look).records == []
    found = Filters(activity=ELSEWHERE["id"], verb=EXPERIENCED, limit=1)
    short = partial(search, dictionary=store.dictionary, filters=found, scope=Scope())
    page = store.database.read_at_once(short)
    assert json.loads(page.records[0].payload)["verb"]["id"] == EXPERIENCED


def test_rows_that_lie_far_apart_are_walked_as_far_as_was_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = append_each(store, 30)
    store.append(*[new_statement(object=ELSEWHERE, verb={"id": OTHER}) for _ in range(30)])
    assert seal_all(store.database, monkeypatch) == 30
    monkeypatch.setattr("statements.inquiry.APART", 1)
    monkeypatch.setattr("statements.newest.NEWEST", 8)
    store.dictionary.memory = Memory(0)
    common, intersected = Bitmaps.common, []

    def intersect(bitmaps: Bitmaps, wanted: Any, window: Window, **ways: Any) -> Iterator[int]:  # noqa: ANN401
        intersected.append(window)
        return common(bitmaps, wanted, window, **ways)

    monkeypatch.setattr(Bitmaps, "common", intersect)
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=5) == ids(sent[:5])
    assert intersected == []
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=20) == ids(sent[:20])
    assert intersected == [Window(0, 22)]
    assert store.found(activity=COURSE, verb=OTHER) == []
    store.dictionary.memory = Memory()
    assert store.found(activity=COURSE, verb=EXPERIENCED, limit=5) == ids(sent[:5])
    assert intersected[1:] == [Window(0, 22), Window(0, 60)]


def test_a_few_rows_are_walked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = append_each(store, 3)
    store.append(*[new_statement(object=ELSEWHERE) for _ in range(30)])
    monkeypatch.setattr(Bitmaps, "common", lambda *_, **__: pytest.fail("bitmaps were read"))
    assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(sent)


def test_what_has_no_bitmaps_yet_is_not_remembered_if_it_is_much(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small(monkeypatch)
    sent = append_each(store, 20)
    monkeypatch.setattr("statements.bitmaps.MOST_BEHIND", 4)
    read, rows = [], bitmaps.read_own

    def note(connection: Connection, key: int, window: Window) -> BitMap64:
        read.append((key, window))
        return rows(connection, key, window)

    monkeypatch.setattr(bitmaps, "read_own", note)
    for _ in range(2):
        assert store.found(activity=COURSE, verb=EXPERIENCED) == ids(sent)
    assert len(read) == 2 * len(set(read)) > 0


def test_threads_that_share_what_is_remembered_find_all_that_was_there_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small(monkeypatch)
    stored: list[str] = []
    ended = Event()

    def ask() -> int:
        """Ask until all is stored, and once more; how often."""
        asked, goes_on = 0, True
        while goes_on:
            goes_on = not ended.is_set()
            before = set(stored)
            found = store.found(activity=COURSE, verb=EXPERIENCED, limit=1_000)
            assert before <= set(found)
            assert len(found) == len(set(found))
            asked += 1
        return asked

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for number in range(150):
            sent = [new_statement() for _ in range(1 + number % 3)]
            store.append(*sent)
            stored += ids(sent)
            if number % 10 == 9:
                seal_next(store.database)
        ended.set()
        assert all(each.result() > 1 for each in asking)

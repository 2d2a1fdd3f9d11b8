"""What is read of keys: a rare one whole, of others the newest, and then only what came since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyroaring import BitMap64

from statements.filters import Filters, Scope, resolve
from statements.known import CONTAINER_BYTES, KEY_BYTES, POSITION_BYTES, Memory
from statements.newest import Inherited, Newest, by_part, read_newest
from statements.segments import Window
from tests.statements.store import COURSE, EXPERIENCED, Store, new_statement, reference_to

if TYPE_CHECKING:
    from statements.known import Known

OTHER = "http://example.org/verbs/other"
EVERYWHERE = Window(0, 2**62)


def key_of(store: Store, filters: Filters) -> int:
    """Find the index key of a filter value."""
    wanted = store.database.read(lambda c: resolve(c, store.dictionary, filters, Scope()))
    assert wanted is not None
    return wanted[0].keys[0]


def read(store: Store, memory: Memory, *keys: int) -> Newest:
    """Read the newest statements of keys."""
    inherited = Inherited(keys[:1], EVERYWHERE)
    return store.database.read(lambda c: read_newest(c, memory, keys, inherited))


def told(known: Known) -> tuple[int, int, list[int]]:
    """Tell from where to where it is known which statements have a key."""
    return known.start, known.through, list(known.positions)


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count what each query brings."""
    counts: list[int] = []

    def count(numbers: list[int], parts: int) -> list[list[int]]:
        counts.append(len(numbers))
        return by_part(numbers, parts)

    monkeypatch.setattr("statements.newest.by_part", count)
    return counts


def test_a_rare_key_is_read_whole_and_not_remembered(store: Store, rows_read: list[int]) -> None:
    memory = Memory()
    store.append(new_statement(), new_statement(verb={"id": OTHER}), new_statement())
    verb = key_of(store, Filters(verb=EXPERIENCED))
    for _ in range(2):
        newest = read(store, memory, verb)
        assert (newest.head, newest.is_inherited) == (3, False)
        assert told(newest.known[verb]) == (0, 3, [1, 3])
    assert rows_read == [3, 3]  # one is the head
    assert memory.get(verb) is None


def test_of_others_the_newest_are_read_and_then_what_came_since(
    store: Store, rows_read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 2)
    memory = Memory()
    store.append(new_statement(), new_statement(verb={"id": OTHER}), new_statement())
    course, verb = key_of(store, Filters(activity=COURSE)), key_of(store, Filters(verb=OTHER))
    for _ in range(2):
        known = read(store, memory, course, verb).known
        assert told(known[course]) == (2, 3, [2, 3])
        assert told(known[verb]) == (0, 3, [2])
    store.append(new_statement(), new_statement())
    known = read(store, memory, course, verb).known
    assert told(known[course]) == (2, 5, [2, 3, 4, 5])
    assert rows_read == [4, 2, 4]


def test_if_much_has_come_since_the_newest_are_read_and_full_segments_stay_known(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 2)
    monkeypatch.setattr("statements.newest.MOST_SINCE", 3)
    memory = Memory()
    store.append(new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    assert told(read(store, memory, course).known[course]) == (1, 2, [1, 2])
    store.append(*[new_statement() for _ in range(4)])
    monkeypatch.setattr("statements.segments.SEGMENT_BITS", 1)
    for _ in range(2):
        known = read(store, memory, course).known[course]
        assert told(known) == (4, 6, [1, 2, 4, 5, 6])
        # Of 2 and 3, which are segment 1, not both were known, nor are 0 and 1.
        assert not known.segments
    store.append(*[new_statement() for _ in range(5)])
    known = read(store, memory, course).known[course]
    assert told(known) == (9, 11, [1, 2, 4, 5, 6, 9, 10, 11])
    assert list(known.segments) == [2]
    assert list(known.missing(Window(0, 11))) == [0, 1, 3, 4]


def test_what_leaves_no_room_for_the_newest_is_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 2)
    monkeypatch.setattr("statements.newest.MOST_SINCE", 3)
    memory = Memory(2 * (KEY_BYTES + CONTAINER_BYTES + 4 * POSITION_BYTES))
    store.append(new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    for came, expected in ((0, [1, 2]), (2, [1, 2, 3, 4]), (4, [6, 7, 8])):
        store.append(*[new_statement() for _ in range(came)])
        assert list(read(store, memory, course).known[course].positions) == expected
    assert memory.get(course)


@pytest.mark.usefixtures("distributed")
def test_on_a_distributed_engine_what_came_in_the_last_seconds_is_read_again(
    store: Store, rows_read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 2)
    memory = Memory()
    store.append(new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    for seconds in (2, 2, 0, 0, 0, 0):
        monkeypatch.setattr("statements.known.SETTLED_SECONDS", seconds)
        assert told(read(store, memory, course).known[course]) == (1, 2, [1, 2])
    assert rows_read == [3, 3, 3, 3, 3, 1]  # a head that was seen twice is trusted


@pytest.mark.usefixtures("distributed")
def test_there_what_became_visible_late_is_found_however_late_it_is_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.newest.NEWEST", 2)
    memory = Memory()
    store.append(new_statement(), new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))

    def without_the_second(numbers: list[int], parts: int) -> list[list[int]]:
        return by_part([each for each in numbers if each != 2], parts)

    with monkeypatch.context() as late:
        late.setattr("statements.newest.by_part", without_the_second)
        late.setattr("statements.newest.NEWEST", 1)
        assert told(read(store, memory, course).known[course]) == (3, 3, [3])
    monkeypatch.setattr("statements.known.SETTLED_SECONDS", 0)
    for _ in range(3):
        read(store, memory, key_of(store, Filters(verb=EXPERIENCED)))
    assert 2 in read(store, memory, course).known[course].positions


def test_what_a_statement_has_by_reference_is_told(store: Store) -> None:
    sent = new_statement()
    store.append(sent, new_statement(object=reference_to(sent["id"]), verb={"id": OTHER}))
    assert read(store, Memory(), key_of(store, Filters(activity=COURSE))).is_inherited
    other = key_of(store, Filters(verb=OTHER))
    newest = read(store, Memory(), other)
    assert not newest.is_inherited
    assert newest.known[other].positions == BitMap64([2])


def test_an_empty_store_has_no_head(store: Store) -> None:
    newest = read(store, Memory(), 1)
    assert newest.head == 0
    assert told(newest.known[1]) == (0, 0, [])

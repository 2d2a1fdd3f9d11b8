"""What is remembered of the end of the log: right whatever came since, and read once."""

from __future__ import annotations

import pytest

from statements.filters import Filters, Scope, resolve
from statements.segments import Window, segment_size
from statements.tails import Ending, Inherited, Tail, Tails, by_part, read_ending
from tests.statements.store import COURSE, EXPERIENCED, Store, new_statement, reference_to

OTHER = "http://example.org/verbs/other"
EVERYWHERE = Window(0, 2**62)


def key_of(store: Store, filters: Filters) -> int:
    """Find the index key of a filter value."""
    wanted = store.database.read(lambda c: resolve(c, store.dictionary, filters, Scope()))
    assert wanted is not None
    return wanted[0].keys[0]


def read(store: Store, memory: Tails, *keys: int, start: int = 0) -> Ending | None:
    """Read the end of the log."""
    inherited = Inherited(keys[:1], EVERYWHERE)
    return store.database.read(lambda c: read_ending(c, memory, start, keys, inherited))


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count what each query of the end of the log brings."""
    counts: list[int] = []

    def count(numbers: list[int], parts: int) -> dict[int, list[int]]:
        counts.append(len(numbers))
        return by_part(numbers, parts)

    monkeypatch.setattr("statements.tails.by_part", count)
    return counts


def test_what_was_read_is_not_read_again(store: Store, rows_read: list[int]) -> None:
    memory = Tails()
    store.append(new_statement(), new_statement(verb={"id": OTHER}), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    verb = key_of(store, Filters(verb=EXPERIENCED))
    for _ in range(2):
        assert read(store, memory, course, verb) == Ending(
            3, {(course, 0): 0b1110, (verb, 0): 0b1010}
        )
    store.append(new_statement())
    assert read(store, memory, course, verb) == Ending(
        4, {(course, 0): 0b11110, (verb, 0): 0b11010}
    )
    assert rows_read == [6, 1, 3]  # one is the head


def test_on_a_distributed_engine_what_came_in_the_last_seconds_is_read_again(
    store: Store, rows_read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.connection.Connection.is_distributed", lambda _: True)
    monkeypatch.setattr(
        "statements.postgresql_connection.PostgreSQLConnection.is_distributed", lambda _: True
    )
    memory = Tails()
    store.append(new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    for seconds in (2, 2, 0, 0, 0):
        monkeypatch.setattr("statements.tails.SETTLED_SECONDS", seconds)
        assert read(store, memory, course) == Ending(2, {(course, 0): 0b110})
    assert rows_read == [3, 3, 3, 3, 1]  # a head that was seen twice is trusted


def test_what_a_statement_has_by_reference_is_told(store: Store) -> None:
    sent = new_statement()
    store.append(sent, new_statement(object=reference_to(sent["id"]), verb={"id": OTHER}))
    assert read(store, Tails(), key_of(store, Filters(activity=COURSE))) is None
    assert read(store, Tails(), key_of(store, Filters(verb=OTHER))) == Ending(
        2, {(key_of(store, Filters(verb=OTHER)), 0): 0b100}
    )


def test_too_much_is_not_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.tails.MOST_ROWS", 3)
    course = key_of(store, Filters(activity=COURSE)) if store.append(new_statement()) else 0
    assert read(store, Tails(), course) == Ending(1, {(course, 0): 0b10})
    store.append(new_statement(), new_statement())
    assert read(store, Tails(), course) is None


def test_segments_that_are_full_by_now_are_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, rows_read: list[int]
) -> None:
    monkeypatch.setattr("statements.segments.SEGMENT_BITS", 1)
    memory = Tails()
    store.append(new_statement(), new_statement(), new_statement())
    course = key_of(store, Filters(activity=COURSE))
    assert read(store, memory, course) == Ending(3, {(course, 0): 0b10, (course, 1): 0b11})
    assert read(store, memory, course, start=2) == Ending(3, {(course, 1): 0b11})
    assert read(store, memory, course) == Ending(3, {(course, 0): 0b10, (course, 1): 0b11})
    assert rows_read == [4, 1, 4]  # what was left out is not known any more


def test_what_is_not_known_begins_before_the_first_segment_without_bitmaps() -> None:
    memory = Tails()
    memory.keep(1, Tail(20, {0: 0b1_0000_0000_1000}))
    assert memory.get(1, 8) == Tail(20, {0: 0b1_0000_0000_1000})
    assert memory.get(1, segment_size()) == Tail(segment_size() - 1, {})
    assert memory.get(2, 8) == Tail(7, {})
    assert memory.get(1, 8, settled=True) == Tail(7, {0: 0b1_0000_0000_1000})


def test_not_too_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.tails.MOST_KEYS", 3)
    memory = Tails()
    for key in range(10):
        memory.keep(key, Tail(5, {0: 1}))
    assert sum(len(memory.get(key, 0).masks) for key in range(10)) == 1

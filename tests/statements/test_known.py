"""What is remembered of keys: nothing that may still change, and not without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyroaring import BitMap64

from statements.known import KEY_BYTES, Known, Memory, Sealed, size_of
from statements.segments import segment_size

if TYPE_CHECKING:
    import pytest


def known(*positions: int) -> Known:
    """Make something known of the first statements."""
    last = max(positions, default=0)
    return Known(0, last, last, BitMap64(positions))


def fill(memory: Memory, keys: range) -> None:
    """Remember of some keys that no statement has them."""
    for key in keys:
        memory.keep(key, known())


def forgotten(memory: Memory, keys: range) -> list[int]:
    """Tell which of some keys are not remembered; the others are used now."""
    return [key for key in keys if memory.get(key) is None]


def test_what_is_known_grows_at_both_ends_and_by_full_segments() -> None:
    some = Known(100, 200, 190, BitMap64([100, 150]))
    assert some.gap() == 50.5
    some.came(BitMap64([201]), 299, 240)
    some.begins(50, BitMap64([60]))
    assert (some.start, some.through, some.settled) == (50, 299, 240)
    assert some.gap() == 62.5
    some.has(BitMap64([0]), BitMap64([1]))
    assert list(some.positions) == [1, 60, 100, 150, 201]
    assert some.gap() == (250 + segment_size()) / 5


def test_a_thread_that_read_less_takes_nothing_back() -> None:
    some = Known(100, 200, 200, BitMap64())
    some.came(BitMap64(), 150, 150)
    some.begins(120, BitMap64())
    assert (some.start, some.through, some.settled) == (100, 200, 200)


def test_what_is_sealed_stays_sealed() -> None:
    memory = Memory()
    memory.note_sealed(Sealed(5, 1))
    memory.note_sealed(Sealed(0, 0))
    assert memory.sealed == Sealed(5, 1)


def test_what_is_used_stays_and_the_rest_goes_when_there_is_too_much() -> None:
    memory = Memory(10 * KEY_BYTES)
    first = known()
    memory.keep(0, first)
    for key in range(1, 1_000):
        memory.keep(key, known())
        assert memory.get(0) is first
    assert forgotten(memory, range(1_000)) == [*range(1, 991)]


def test_what_grows_takes_room() -> None:
    memory = Memory(10 * KEY_BYTES)
    some = known()
    memory.keep(1, some)
    fill(memory, range(2, 11))
    assert memory.get(1) is some
    some.came(BitMap64(range(0, 1_000, 7)), 1_000, 1_000)
    memory.grew(1, some)
    memory.grew(1, some)
    assert forgotten(memory, range(1, 11)) == [2]
    memory.keep(1, known())
    memory.grew(1, some)  # which was forgotten
    memory.keep(11, known())
    assert memory.get(3) is not None


def test_one_key_takes_no_more_than_half_the_room() -> None:
    memory = Memory(10 * KEY_BYTES)
    much = BitMap64(range(0, 100_000, 7))
    assert memory.has_room(known(), BitMap64([2]))
    assert not memory.has_room(known(), much)
    memory.keep(1, known())
    memory.keep(1, Known(0, 99_999, 99_999, much))
    assert memory.get(1) is None
    fill(memory, range(2, 12))
    assert forgotten(memory, range(2, 12)) == []


def test_a_bitmap_takes_what_its_containers_take() -> None:
    assert size_of(BitMap64()) == 0
    assert size_of(BitMap64([1, 5])) == size_of(BitMap64([1, 5, 9])) - 2
    assert 8_192 < size_of(BitMap64(range(0, 65_536, 2))) < 8_400


def test_it_is_asked_now_and_then_what_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    assert memory.is_asking_due()
    assert not memory.is_asking_due()
    monkeypatch.setattr("statements.known.ASK_SECONDS", 0)
    assert memory.is_asking_due()


def test_it_is_known_for_how_many_statements_there_is_room() -> None:
    memory = Memory(2_000)
    assert memory.can_hold(1_000)
    assert not memory.can_hold(1_001)


def test_a_head_has_settled_when_it_was_seen_some_seconds_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = Memory()
    memory.note_head(5)
    assert memory.settled == -1
    monkeypatch.setattr("statements.known.SETTLED_SECONDS", 0)
    memory.note_head(6)
    assert memory.settled == -1  # what was seen before was nothing
    memory.note_head(7)
    assert memory.settled == 6

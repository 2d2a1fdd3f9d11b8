"""What is remembered of full segments: nothing that may still change, and not without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statements.masks import ENTRY_BYTES, Masks

if TYPE_CHECKING:
    import pytest


def test_only_what_full_segments_have_is_remembered() -> None:
    masks = Masks()
    masks.keep(1, 0, 0b1)
    assert masks.get(1, 0) is None
    masks.note_full(1)
    for segment in range(3):
        masks.keep(1, segment, 0b10)
    assert [masks.get(1, segment) for segment in range(3)] == [0b10, 0b10, None]
    assert masks.get(2, 0) is None


def test_a_segment_that_is_full_stays_full() -> None:
    masks = Masks()
    masks.note_full(5)
    masks.note_full(-1)
    assert masks.last_full == 5


def test_what_is_used_stays_and_the_rest_goes_when_there_is_too_much() -> None:
    masks = Masks(10 * ENTRY_BYTES)
    masks.note_full(1_000)
    masks.keep(1, 0, 0b1)
    for segment in range(1, 1_000):
        masks.keep(1, segment, 0b1)
        assert masks.get(1, 0) == 0b1
    kept = [segment for segment in range(1_000) if masks.get(1, segment) is not None]
    assert 0 in kept
    assert len(kept) <= 22


def test_it_is_asked_now_and_then_which_segments_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    masks = Masks()
    assert masks.is_asking_due()
    assert not masks.is_asking_due()
    monkeypatch.setattr("statements.masks.ASK_SECONDS", 0)
    assert masks.is_asking_due()


def test_it_is_known_what_there_is_room_for() -> None:
    masks = Masks(10 * (ENTRY_BYTES + 50))
    assert masks.can_hold(1_000, 50)
    masks.note_full(4)
    assert masks.can_hold(2, 50)
    assert not masks.can_hold(3, 50)

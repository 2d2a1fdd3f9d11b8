"""Segments that are read together."""

from __future__ import annotations

from statements.segments import runs


def test_segments_near_to_one_another_are_one_run() -> None:
    assert list(runs([5, 3, 4, 9, 20], 1)) == [(3, 5), (9, 9), (20, 20)]
    assert list(runs([5, 3, 4, 9, 20], 4)) == [(3, 9), (20, 20)]
    assert list(runs([], 1)) == []

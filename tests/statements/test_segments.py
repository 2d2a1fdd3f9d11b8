"""Segments and sets of positions: each position once, and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap64

from statements.segments import SPAN, Window, groups, in_order, runs, segments_in, window_of

windows = st.builds(
    lambda low, size: Window(low, low + size), st.integers(0, 99), st.integers(0, 99)
)


@given(positions=st.sets(st.integers(0, 200)), window=windows, ascending=st.booleans())
def test_positions_of_a_window_come_in_order(
    positions: set[int],
    window: Window,
    ascending: bool,  # noqa: FBT001
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("statements.segments.FIRST_TAKEN", 2)
        found = list(in_order(BitMap64(positions), window, ascending=ascending))
    within = [each for each in positions if window.low <= each <= window.high]
    assert found == sorted(within, reverse=not ascending)


@given(window=windows, count=st.integers(1, 9))
def test_the_parts_of_a_window_are_the_whole(window: Window, count: int) -> None:
    parts = list(window.parts(count))
    assert 1 <= len(parts) <= count
    assert [each for part in parts for each in part.positions()] == list(window.positions())


@given(window=windows, ascending=st.booleans(), first=st.integers(1, 5))
def test_groups_of_segments_are_the_whole_and_grow(
    window: Window,
    ascending: bool,  # noqa: FBT001
    first: int,
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("statements.segments.SEGMENT_BITS", 2)
        monkeypatch.setattr("statements.segments.LARGEST_GROUP", 6)
        found = list(groups(window, ascending=ascending, first=first, largest=6))
        ordered = found if ascending else found[::-1]
        seen = [segment for low, high in ordered for segment in range(low, high + 1)]
        assert window_of(seen[0], seen[-1]).within(window) == window
    assert seen == list(range(seen[0], seen[-1] + 1))
    sizes = [high - low + 1 for low, high in found]
    assert sizes[0] == min(first, len(seen))
    assert sizes[:-1] == sorted(sizes[:-1])
    assert max(sizes[1:], default=0) <= 6


def test_a_bitmap_is_of_a_segment_or_of_a_span() -> None:
    assert segments_in(0) == range(1)
    assert segments_in(7) == range(7, 8)
    assert segments_in(-1) == range(SPAN)
    assert segments_in(-3) == range(2 * SPAN, 3 * SPAN)


@pytest.mark.parametrize(
    ("segments", "near", "expected"),
    [
        ([], 1, []),
        ([3], 1, [(3, 3)]),
        ([5, 1, 2, 3], 1, [(1, 3), (5, 5)]),
        ([1, 3, 6], 2, [(1, 3), (6, 6)]),
    ],
)
def test_segments_near_to_one_another_are_a_run(
    segments: list[int], near: int, expected: list[tuple[int, int]]
) -> None:
    assert list(runs(segments, near)) == expected

"""Connections: the rule, and that adding events one by one leads to what the rule says."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from projections.models.connections.spans import (
    ACT,
    BEGUN_BY_LOGIN,
    ENDED_BY_LOGOUT,
    LOGIN,
    LOGOUT,
    Span,
    Spans,
    fold,
)

GAP = 30

Points = list[tuple[int, int]]
POINTS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([ACT, ACT, ACT, LOGIN, LOGOUT])), max_size=30
)


def test_a_pause_up_to_the_gap_is_part_of_a_connection() -> None:
    assert fold([(0, ACT), (30, ACT), (61, ACT)], GAP) == [Span(0, 30, 0), Span(61, 61, 0)]


def test_a_login_starts_a_connection_and_a_logout_ends_one() -> None:
    assert fold([(0, ACT), (10, LOGIN), (12, ACT), (15, LOGOUT), (16, ACT)], GAP) == [
        Span(0, 0, 0),
        Span(10, 15, BEGUN_BY_LOGIN | ENDED_BY_LOGOUT),
        Span(16, 16, 0),
    ]


def test_at_one_instant_a_login_comes_first_and_a_logout_last() -> None:
    assert fold([(5, LOGOUT), (5, ACT), (5, LOGIN), (0, ACT)], GAP) == [
        Span(0, 0, 0),
        Span(5, 5, BEGUN_BY_LOGIN | ENDED_BY_LOGOUT),
    ]


def _before(known: list[int], at: int) -> int:
    return known[bisect_left(known, at) - 1]


def _after(known: list[int], at: int) -> int:
    return known[bisect_right(known, at)]


@given(POINTS, st.lists(st.integers(0, 30), max_size=4))
def test_any_order_any_batches_and_any_repetition_lead_to_what_the_rule_says(
    points: Points, cuts: list[int]
) -> None:
    """Events of a batch are known (as in the table of events) before any of them is added."""
    spans: list[Span] = []
    edges = sorted({0, len(points), *(cut for cut in cuts if cut < len(points))})
    for first, last in itertools.pairwise(edges):
        known = sorted({at for at, _ in points[:last]})
        adding = Spans(spans, GAP, partial(_before, known), partial(_after, known))
        for point in points[first:last]:
            adding.add(*point)
        assert adding.spans == fold(points[:last], GAP)
        spans = adding.spans

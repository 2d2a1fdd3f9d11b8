"""Who is eligible for a badge, since when, and why: in examples, and for any badge and facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.reference.badges import (
    Badge,
    BadgesHeld,
    CoursesCompleted,
    Group,
    Period,
    ScoreAtLeast,
    TimeAtLeast,
    make_badge,
)
from projections.reference.eligibility import (
    Completed,
    Eligibility,
    Facts,
    Scores,
    Span,
    concerns,
    evaluate,
)
from tests.projections.reference.samples import make_badge as a_badge

if TYPE_CHECKING:
    from projections.reference.badges import Criterion

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
A, B, C = "urn:a", "urn:b", "urn:c"


def judge(facts: Facts, **criteria: Any) -> Eligibility:  # noqa: ANN401 - any JSON
    """Evaluate a badge with these criteria."""
    return evaluate(make_badge(a_badge(1, **criteria)), facts)


def completed(**days: float) -> Facts:
    """Facts: courses `urn:<name>` completed so many days after 1970, because of the day."""
    return Facts(
        completed={f"urn:{name}": Completed(int(day * DAY), day) for name, day in days.items()},
        tagged={"x": {A, C}},
    )


@pytest.mark.parametrize(
    ("facts", "criteria", "day"),
    [
        (completed(a=1, b=2), {"courses": [A, B]}, 2),
        (completed(a=1), {"courses": [A, B]}, None),
        (completed(a=3, b=2, c=9), {"courses": [A, B, C], "at_least": 2}, 3),
        (completed(a=3, b=2, c=9), {"any_courses": 3}, 9),
        (completed(a=3, b=2, c=9), {"any_courses": 2, "tag": "x"}, 9),
        (completed(a=3, b=2), {"any_courses": 1, "tag": "y"}, None),
        (completed(a=1, b=5, c=6), {"any_courses": 2, "within_days": 1}, 6),
        (completed(a=1, b=5, c=9), {"any_courses": 2, "within_days": 3}, None),
        (completed(a=1, b=5, c=9), {"any_courses": 1, "after": "1970-01-04"}, 5),
        (completed(a=1, b=5, c=9), {"any_courses": 2, "before": "1970-01-09"}, 5),
        (completed(a=1, b=5, c=9), {"any_courses": 3, "before": "1970-01-09"}, None),
        (completed(a=1, b=5), {"all": [{"courses": [A]}, {"courses": [B]}]}, 5),
        (completed(a=1, b=5), {"any": [{"courses": [B]}, {"courses": [A]}]}, 1),
        (completed(a=1, b=5), {"any": [{"courses": [B]}, {"courses": [C]}], "at_least": 2}, None),
        (Facts(badges={A: 7 * DAY, B: DAY}), {"badges": [A, B]}, 7),
        (Facts(badges={A: 7 * DAY}), {"badges": [A, B], "at_least": 1}, 7),
    ],
)
def test_what_was_completed_and_is_held(
    facts: Facts, criteria: dict[str, Any], day: int | None
) -> None:
    assert judge(facts, **criteria).eligible_since == (None if day is None else day * DAY)


@pytest.mark.parametrize(
    ("criteria", "since"),
    [
        ({"score_at_least": 80, "course": A}, 1),
        ({"score_at_least": 80.5, "course": A}, None),
        ({"score_at_least": 60, "course": A, "score": "last"}, 2 * DAY),
        ({"score_at_least": 80, "course": A, "score": "last"}, None),
        ({"score_at_least": 0, "course": B}, None),
        ({"score_at_least": 80, "course": A, "after": "1970-01-02"}, None),
    ],
)
def test_scores(criteria: dict[str, Any], since: int | None) -> None:
    facts = Facts(scores={A: Scores(80, 1, 60, 2 * DAY)})
    assert judge(facts, **criteria).eligible_since == since


@pytest.mark.parametrize(
    ("criteria", "day"),
    [
        ({"minutes_at_least": 30}, 1),
        ({"minutes_at_least": 31}, 4),
        ({"minutes_at_least": 50, "within_days": 3}, 4),
        ({"minutes_at_least": 51, "within_days": 3}, 6),
        ({"minutes_at_least": 91, "within_days": 3}, None),
        ({"minutes_at_least": 30, "after": "1970-01-03"}, 6),
        ({"minutes_at_least": 5, "course": A}, 2),
        ({"minutes_at_least": 8, "time": "measured"}, 3),
        ({"minutes_at_least": 8, "time": "measured", "course": A}, None),
    ],
)
def test_time(criteria: dict[str, Any], day: int | None) -> None:
    spans = [Span(6 * DAY, 70 * MINUTE), Span(DAY, 30 * MINUTE), Span(4 * DAY, 20 * MINUTE)]
    facts = Facts(
        connections={"": spans, A: [Span(2 * DAY, 5 * MINUTE)]},
        measured={"": [Span(3 * DAY, 8 * MINUTE)]},
    )
    assert judge(facts, **criteria).eligible_since == (None if day is None else day * DAY)


def test_each_criterion_says_how_it_stands_and_why() -> None:
    found = judge(completed(a=1, c=2), all=[{"courses": [A, B]}, {"any_courses": 1}])
    assert found.eligible_since is None
    assert msgspec.to_builtins(found.criteria) == (
        {
            "criterion": f"all of the courses {A}, {B}",
            "kind": "courses",
            "met": False,
            "reached": 1,
            "needed": 2,
            "evidence": ((A, DAY, 1),),
            "missing": (B,),
        },
        {
            "criterion": "any 1 courses",
            "kind": "courses",
            "met": True,
            "since": DAY,
            "reached": 2,
            "needed": 1,
            "evidence": ((A, DAY, 1),),
        },
    )
    [only] = judge(completed(a=1), any=[{"courses": [A]}, {"courses": [B]}]).criteria
    assert (only.kind, only.met, [part.met for part in only.parts]) == (
        "group",
        True,
        [True, False],
    )


# For any badge and any facts ----------------------------------------------------------------------

NAMES = [A, B, C]
WHEN = st.integers(0, 20).map(lambda day: day * DAY)
NUMBER = st.integers(1, 3)
PERCENT = st.integers(0, 100)
TAG = st.sampled_from(["", "x"])
SPANS = st.lists(st.builds(Span, WHEN, st.integers(0, 90).map(lambda m: m * MINUTE)), max_size=6)
OPEN = st.builds(Period, st.none() | WHEN, st.none(), st.none())
CLOSED = st.builds(
    Period,
    after=st.none() | WHEN,
    before=st.none() | WHEN,
    within=st.none() | st.integers(1, 10).map(lambda day: day * DAY),
)
SOME = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)


def criteria(periods: st.SearchStrategy[Period], which: list[str]) -> st.SearchStrategy[Criterion]:
    """Draw a tree of criteria."""
    leaves: st.SearchStrategy[Criterion] = st.one_of(
        st.builds(CoursesCompleted, SOME | st.just(()), NUMBER, TAG, periods),
        st.builds(BadgesHeld, SOME, NUMBER, periods),
        st.builds(
            ScoreAtLeast,
            st.sampled_from(NAMES),
            PERCENT,
            st.sampled_from(which),
            periods,
        ),
        st.builds(
            TimeAtLeast,
            st.integers(1, 120).map(lambda minutes: minutes * MINUTE),
            st.booleans(),
            st.sampled_from(["", A]),
            periods,
        ),
    )
    return st.recursive(
        leaves,
        lambda inner: st.builds(Group, st.lists(inner, min_size=1, max_size=3).map(tuple), NUMBER),
        max_leaves=6,
    )


FACTS = st.builds(
    Facts,
    completed=st.dictionaries(st.sampled_from(NAMES), st.builds(Completed, WHEN, st.none())),
    scores=st.dictionaries(
        st.sampled_from(NAMES),
        st.builds(Scores, PERCENT, WHEN, PERCENT, WHEN, st.none()),
    ),
    connections=st.dictionaries(st.sampled_from(["", A]), SPANS),
    measured=st.dictionaries(st.sampled_from(["", A]), SPANS),
    badges=st.dictionaries(st.sampled_from(NAMES), WHEN),
    tagged=st.just({"x": frozenset({A, B})}),
)


def since(criterion: Criterion, facts: Facts) -> int | None:
    """Evaluate a badge of one criterion."""
    return evaluate(Badge("urn:badge", "Badge", criterion), facts).eligible_since


def known_by(facts: Facts, at: int) -> Facts:
    """What of the facts had happened at a moment: a score is known by when it was reached."""
    return replace(
        facts,
        completed={name: one for name, one in facts.completed.items() if one.at <= at},
        scores={
            name: Scores(
                one.best if one.best_at <= at else -1,
                one.best_at if one.best_at <= at else 0,
                one.last if one.last_at <= at else -1,
                one.last_at if one.last_at <= at else 0,
            )
            for name, one in facts.scores.items()
        },
        connections=spans_until(facts.connections, at),
        measured=spans_until(facts.measured, at),
        badges={name: when for name, when in facts.badges.items() if when <= at},
    )


def spans_until(spans: Any, at: int) -> dict[str, list[Span]]:  # noqa: ANN401 - as in Facts
    """Those that had ended."""
    return {name: [span for span in each if span.end <= at] for name, each in spans.items()}


def turned(facts: Facts) -> Facts:
    """The same facts in another order."""
    return Facts(
        completed=dict(reversed(list(facts.completed.items()))),
        scores=dict(reversed(list(facts.scores.items()))),
        connections={name: each[::-1] for name, each in reversed(list(facts.connections.items()))},
        measured={name: each[::-1] for name, each in reversed(list(facts.measured.items()))},
        badges=dict(reversed(list(facts.badges.items()))),
        tagged=facts.tagged,
    )


def both(one: Facts, more: Facts) -> Facts:
    """Facts and those that came later, which take nothing back."""

    def scores(name: str) -> Scores:
        found = [each.scores[name] for each in (one, more) if name in each.scores]
        return max(found, key=lambda each: (each.best, -each.best_at))

    spans = {
        kind: {
            name: [*getattr(one, kind).get(name, ()), *getattr(more, kind).get(name, ())]
            for name in getattr(one, kind).keys() | getattr(more, kind).keys()
        }
        for kind in ("connections", "measured")
    }
    return Facts(
        completed={**more.completed, **one.completed},
        scores={name: scores(name) for name in one.scores.keys() | more.scores.keys()},
        badges={**more.badges, **one.badges},
        tagged=one.tagged,
        **spans,
    )


@given(criteria(CLOSED, ["best", "last"]), FACTS)
def test_the_order_of_facts_does_not_matter(criterion: Criterion, facts: Facts) -> None:
    badge = Badge("urn:badge", "Badge", criterion)
    assert evaluate(badge, turned(facts)) == evaluate(badge, facts)


@given(criteria(CLOSED, ["best", "last"]), FACTS)
def test_eligible_since_is_the_first_moment_at_which_it_holds(
    criterion: Criterion, facts: Facts
) -> None:
    moments = [day * DAY for day in range(21)]
    holds = [at for at in moments if since(criterion, known_by(facts, at)) is not None]
    found = since(criterion, facts)
    assert found == (holds[0] if holds else None)
    assert holds == [at for at in moments if found is not None and at >= found]


@given(criteria(st.just(Period()), ["best"]), FACTS, FACTS)
def test_facts_that_come_later_take_nothing_back(
    criterion: Criterion, facts: Facts, more: Facts
) -> None:
    if since(criterion, facts) is not None:
        assert since(criterion, both(facts, more)) is not None


@given(criteria(CLOSED, ["best", "last"]), FACTS)
def test_what_concerns_nobody_has_nothing_reached(criterion: Criterion, facts: Facts) -> None:
    found = evaluate(Badge("urn:badge", "Badge", criterion), facts)
    if not concerns(criterion, facts):
        assert found.eligible_since is None
        assert not any(each.reached or each.evidence for each in found.criteria)


@given(criteria(OPEN, ["best"]), FACTS)
def test_a_badge_is_met_exactly_if_it_has_a_since(criterion: Criterion, facts: Facts) -> None:
    found = evaluate(Badge("urn:badge", "Badge", criterion), facts)
    met = [each.met for each in found.criteria]
    assert all(each.met == (each.since is not None) for each in found.criteria)
    assert (found.eligible_since is not None) == all(met)

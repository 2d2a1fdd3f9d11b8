"""Whether somebody has done what a badge asks for, since when, and what is missing.

Pure: the answer depends on the badge and the facts alone, not on their order, and on no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from projections.reference.badges import (
    BadgesHeld,
    CoursesCompleted,
    Group,
    ScoreAtLeast,
    TimeAtLeast,
)
from projections.reference.wording import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from projections.reference.badges import Badge, Criterion, Period

Moment = tuple[int, str, object]
"""When, what, and why."""


class Completed(NamedTuple):
    """A completion: when, and anything that JSON can hold to say why."""

    at: int
    evidence: Any = None


class Scores(NamedTuple):
    """Best and last score in a course, in percent, and when each was reached."""

    best: float
    best_at: int
    last: float
    last_at: int
    evidence: Any = None


class Span(NamedTuple):
    """Some time spent: when it ended (or was heard of), and how long it was."""

    end: int
    microseconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of one learner. Instants and durations are microseconds.

    Attributes:
        completed: courses.
        scores: by course.
        connections: their spans by course, and those of the whole platform by the empty text.
        measured: spans that content measured, in the same way.
        badges: when each badge that is held now was awarded.
        tagged: courses by tag (`Catalogue.tagged`).

    """

    completed: Mapping[str, Completed] = field(default_factory=dict)
    scores: Mapping[str, Scores] = field(default_factory=dict)
    connections: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    measured: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    badges: Mapping[str, int] = field(default_factory=dict)
    tagged: Mapping[str, AbstractSet[str]] = field(default_factory=dict)


class Judgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one criterion.

    Attributes:
        criterion: what it asks for, in words.
        kind: `courses`, `score`, `time`, `badges` or `group`.
        met: whether it is met.
        since: since when, if it is.
        reached: how far it is (courses, percent, minutes, badges or parts)...
        needed: ... of how much.
        evidence: `[what, since when, why]` of each thing that counts.
        missing: courses or badges of its list that don't count.
        parts: the criteria of a group.

    """

    criterion: str
    kind: str
    met: bool
    since: int | None = None
    reached: float = 0
    needed: float = 0
    evidence: tuple[tuple[str, int, Any], ...] = ()
    missing: tuple[str, ...] = ()
    parts: tuple[Judgement, ...] = ()


class Eligibility(msgspec.Struct, frozen=True):
    """Since when somebody is eligible, if so, and how each criterion of the badge stands."""

    eligible_since: int | None
    criteria: tuple[Judgement, ...]


def evaluate(badge: Badge, facts: Facts) -> Eligibility:
    """How somebody stands with a badge.

    `eligible_since` is the first moment from which what is known by then met all criteria.
    """
    judged = _judge(badge.criterion, facts)
    is_list = isinstance(badge.criterion, Group) and judged.needed == len(judged.parts)
    return Eligibility(judged.since, judged.parts if is_list else (judged,))


def concerns(criterion: Criterion, facts: Facts) -> bool:
    """Whether anything that is known has to do with a criterion; else nothing of it is reached.

    A few microseconds, so that of many badges only a learner's own need be evaluated.
    """
    match criterion:
        case Group(parts):
            return any(concerns(part, facts) for part in parts)
        case CoursesCompleted(courses):
            return bool(facts.completed) and (
                not courses or any(course in facts.completed for course in courses)
            )
        case BadgesHeld(badges):
            return any(badge in facts.badges for badge in badges)
        case ScoreAtLeast(course):
            return course in facts.scores
        case TimeAtLeast(_, measured, course):
            return bool((facts.measured if measured else facts.connections).get(course))


def _judge(criterion: Criterion, facts: Facts) -> Judgement:
    match criterion:
        case Group():
            return _judge_group(criterion, facts)
        case CoursesCompleted():
            return _judge_courses(criterion, facts)
        case BadgesHeld():
            return _judge_badges(criterion, facts)
        case ScoreAtLeast():
            return _judge_score(criterion, facts)
        case TimeAtLeast():
            return _judge_time(criterion, facts)


def _judge_group(group: Group, facts: Facts) -> Judgement:
    parts = tuple(_judge(part, facts) for part in group.parts)
    since = sorted(part.since for part in parts if part.since is not None)
    met = len(since) >= group.number
    return Judgement(
        criterion=words_of(group),
        kind="group",
        met=met,
        since=since[group.number - 1] if met else None,
        reached=len(since),
        needed=group.number,
        parts=parts,
    )


def _judge_courses(wanted: CoursesCompleted, facts: Facts) -> Judgement:
    courses: Sequence[str] | AbstractSet[str] = wanted.courses
    if not courses:
        courses = (
            facts.tagged.get(wanted.tag, frozenset()) if wanted.tag else facts.completed.keys()
        )
    moments: list[Moment] = [
        (facts.completed[course].at, course, facts.completed[course].evidence)
        for course in courses
        if course in facts.completed
    ]
    return _judge_number(wanted, "courses", wanted.courses, moments)


def _judge_badges(wanted: BadgesHeld, facts: Facts) -> Judgement:
    moments: list[Moment] = [
        (facts.badges[badge], badge, None) for badge in wanted.badges if badge in facts.badges
    ]
    return _judge_number(wanted, "badges", wanted.badges, moments)


def _judge_number(
    wanted: CoursesCompleted | BadgesHeld, kind: str, listed: Sequence[str], moments: list[Moment]
) -> Judgement:
    """How many of the things that happened count, and when there were enough of them."""
    period = wanted.period
    counted = sorted((m for m in moments if period.holds(m[0])), key=lambda m: m[:2])
    last = _first_full(counted, wanted.number, period)
    evidence = counted if last is None else counted[last + 1 - wanted.number : last + 1]
    there = {name for _, name, _ in counted}
    return Judgement(
        criterion=words_of(wanted),
        kind=kind,
        met=last is not None,
        since=None if last is None else counted[last][0],
        reached=len(counted),
        needed=wanted.number,
        evidence=tuple((name, at, why) for at, name, why in evidence),
        missing=tuple(name for name in listed if name not in there),
    )


def _first_full(counted: Sequence[Moment], number: int, period: Period) -> int | None:
    """Index of the first moment at which so many, near enough to each other, are there."""
    for last in range(number - 1, len(counted)):
        lasted = counted[last][0] - counted[last + 1 - number][0]
        if period.within is None or lasted <= period.within:
            return last
    return None


def _judge_score(wanted: ScoreAtLeast, facts: Facts) -> Judgement:
    reached = _score_that_counts(wanted, facts.scores.get(wanted.course))
    percent, at, evidence = reached or (0.0, 0, None)
    met = reached is not None and percent >= wanted.percent
    return Judgement(
        criterion=words_of(wanted),
        kind="score",
        met=met,
        since=at if met else None,
        reached=percent,
        needed=wanted.percent,
        evidence=((wanted.course, at, evidence),) if reached else (),
        missing=() if met else (wanted.course,),
    )


def _score_that_counts(
    wanted: ScoreAtLeast, scores: Scores | None
) -> tuple[float, int, object] | None:
    """The score that is asked for, when it was reached and why, if that was in time."""
    if scores is None:
        return None
    best = wanted.which == "best"
    percent, at = (scores.best, scores.best_at) if best else (scores.last, scores.last_at)
    return (percent, at, scores.evidence) if wanted.period.holds(at) else None


def _judge_time(wanted: TimeAtLeast, facts: Facts) -> Judgement:
    spans = (facts.measured if wanted.measured else facts.connections).get(wanted.course, ())
    counted = sorted(span for span in spans if wanted.period.holds(span.end))
    sums = _running_sums(counted, wanted.period.within)
    since = next(
        (
            span.end
            for span, total in zip(counted, sums, strict=True)
            if total >= wanted.microseconds
        ),
        None,
    )
    return Judgement(
        criterion=words_of(wanted),
        kind="time",
        met=since is not None,
        since=since,
        reached=round(max(sums, default=0) / 60_000_000, 3),
        needed=wanted.microseconds / 60_000_000,
    )


def _running_sums(spans: Sequence[Span], within: int | None) -> list[int]:
    """For each span, the time of those up to it, no older than `within` before its end."""
    totals = list(accumulate(span.microseconds for span in spans))
    if within is None:
        return totals
    first, sums = 0, []
    for span, total in zip(spans, totals, strict=True):
        while spans[first].end < span.end - within:
            first += 1
        sums.append(total - (totals[first - 1] if first else 0))
    return sums

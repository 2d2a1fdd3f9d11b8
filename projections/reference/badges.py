"""Badge definitions: what somebody has to have done, as a tree of criteria."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from projections.calendar import DAY, MINUTE, PARIS

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

_DAY_LENGTH = len("2026-01-31")


class Period(NamedTuple):
    """When something counts, in microseconds: from `after` on, before `before`, all `within`."""

    after: int | None = None
    before: int | None = None
    within: int | None = None

    def holds(self, at: int) -> bool:
        """Whether a moment is neither too early nor too late."""
        return not (self._early(at) or self._late(at))

    def _early(self, at: int) -> bool:
        return self.after is not None and at < self.after

    def _late(self, at: int) -> bool:
        return self.before is not None and at >= self.before


class CoursesCompleted(NamedTuple):
    """So many of these courses; without a list, of all courses, or of those with a tag."""

    courses: tuple[str, ...]
    number: int
    tag: str = ""
    period: Period = Period()


class ScoreAtLeast(NamedTuple):
    """A score in a course, in percent; `which` is `best` or `last`."""

    course: str
    percent: float
    which: str = "best"
    period: Period = Period()


class TimeAtLeast(NamedTuple):
    """Time of connections, or measured by content, in a course or (empty) everywhere."""

    microseconds: int
    measured: bool = False
    course: str = ""
    period: Period = Period()


class BadgesHeld(NamedTuple):
    """So many of these badges."""

    badges: tuple[str, ...]
    number: int
    period: Period = Period()


class Group(NamedTuple):
    """So many of these criteria."""

    parts: tuple[Criterion, ...]
    number: int


Criterion = CoursesCompleted | ScoreAtLeast | TimeAtLeast | BadgesHeld | Group


class Badge(NamedTuple):
    """A badge; `valid_days` after its award it expires, if at all."""

    id: str
    name: str
    criterion: Criterion
    valid_days: int | None = None


def make_badge(document: Json) -> Badge:
    """The badge that a valid document defines."""
    days = document.get("valid_days")
    return Badge(document["id"], document["name"], make_criterion(document), days and int(days))


def make_criterion(document: Json) -> Criterion:
    """The criterion that a valid document, or the definition of a badge, holds."""
    return next(make(document) for name, make in MAKERS.items() if name in document)


def _courses(document: Json) -> Criterion:
    courses = tuple(document["courses"])
    number = int(document.get("at_least", len(courses)))
    return CoursesCompleted(courses, number, period=_period(document))


def _any_courses(document: Json) -> Criterion:
    number = int(document["any_courses"])
    return CoursesCompleted((), number, document.get("tag", ""), _period(document))


def _score(document: Json) -> Criterion:
    which = document.get("score", "best")
    return ScoreAtLeast(document["course"], document["score_at_least"], which, _period(document))


def _time(document: Json) -> Criterion:
    return TimeAtLeast(
        microseconds=round(document["minutes_at_least"] * MINUTE),
        measured=document.get("time") == "measured",
        course=document.get("course", ""),
        period=_period(document),
    )


def _badges(document: Json) -> Criterion:
    badges = tuple(document["badges"])
    number = int(document.get("at_least", len(badges)))
    return BadgesHeld(badges, number, _period(document))


def _all(document: Json) -> Criterion:
    parts = tuple(map(make_criterion, document["all"]))
    return Group(parts, len(parts))


def _any(document: Json) -> Criterion:
    parts = tuple(map(make_criterion, document["any"]))
    return Group(parts, int(document.get("at_least", 1)))


MAKERS: dict[str, Callable[[Json], Criterion]] = {
    "courses": _courses,
    "any_courses": _any_courses,
    "score_at_least": _score,
    "minutes_at_least": _time,
    "badges": _badges,
    "all": _all,
    "any": _any,
}
"""How each criterion is made, by the member that says which one it is."""


def moment_of(text: str) -> int:
    """Microseconds since 1970 of a date and time, or of the beginning of a day in Paris.

    Raises ValueError for what is not in the calendar.
    """
    moment = datetime.fromisoformat(text.upper())
    if len(text) == _DAY_LENGTH:
        moment = moment.replace(tzinfo=PARIS)
    # Whole seconds by themselves: a double has no room for microseconds.
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def _period(document: Json) -> Period:
    after, before = document.get("after"), document.get("before")
    within = document.get("within_days")
    return Period(
        None if after is None else moment_of(after),
        None if before is None else moment_of(before),
        None if within is None else int(within) * DAY,
    )

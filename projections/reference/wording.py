"""Criteria of badges in words."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from projections.calendar import DAY, MINUTE
from projections.reference.badges import (
    BadgesHeld,
    CoursesCompleted,
    Group,
    ScoreAtLeast,
    TimeAtLeast,
)

if TYPE_CHECKING:
    from projections.reference.badges import Criterion, Period


@lru_cache(maxsize=10_000)  # the same criteria are judged for each of 60,000 learners
def words_of(criterion: Criterion) -> str:
    """What a criterion asks for, such as `2 of the courses https://..., https://...`."""
    match criterion:
        case Group(parts, number):
            return "all criteria" if number == len(parts) else f"{number} of {len(parts)} criteria"
        case CoursesCompleted(courses, number, tag, period):
            named = f" tagged {tag}" if tag else ""
            said = (
                _some_of("course", courses, number) if courses else f"any {number} courses{named}"
            )
        case BadgesHeld(badges, number, period):
            said = _some_of("badge", badges, number)
        case ScoreAtLeast(course, percent, which, period):
            said = f"{which} score of {percent:g} % in {course}"
        case TimeAtLeast(microseconds, measured, course, period):
            kind = "measured time" if measured else "connections"
            place = f" in {course}" if course else ""
            said = f"{microseconds / MINUTE:g} minutes of {kind}{place}"
    return said + _when(period)


def _some_of(thing: str, names: tuple[str, ...], number: int) -> str:
    if len(names) == 1:
        return f"the {thing} {names[0]}"
    amount = "all" if number == len(names) else str(number)
    return f"{amount} of the {thing}s {', '.join(names)}"


def _when(period: Period) -> str:
    said = ""
    if period.within is not None:
        said += f", within {period.within // DAY} days"
    if period.after is not None:
        said += f", from {_text_of(period.after)} on"
    if period.before is not None:
        said += f", before {_text_of(period.before)}"
    return said


def _text_of(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).isoformat().replace("+00:00", "Z")

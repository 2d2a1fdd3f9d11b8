"""Dates and times of learning records: days are those of Paris."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from lrs import parameters
from projections.calendar import SECOND, day_of, midnight, periods_of
from statements.clock import now

if TYPE_CHECKING:
    from lrs.call import Call

_DATE_CHARACTERS = 10
UNITS = ("day", "week", "month")
"""Units of time, in the order in which `periods_of` names their periods."""


def moment(call: Call, name: str) -> int | None:
    """A date or a timestamp in a parameter, as microseconds since 1970.

    A date means its whole day: as `since` its first moment, else its last.
    """
    text = call.parameters.get(name)
    if text is None or len(text) > _DATE_CHARACTERS:
        return parameters.moment(call, name)
    day = _day(text, name)
    if name == "since":
        return midnight(day)
    return midnight(day + timedelta(days=1)) - 1


def day(call: Call, name: str) -> date | None:
    """A date in a parameter."""
    text = call.parameters.get(name)
    return None if text is None else _day(text, name)


def today() -> date:
    """The day in Paris."""
    return day_of(now())


def periods(unit: str, first: date, last: date) -> list[str]:
    """The days, weeks or months in which there are days from the first to the last, in order."""
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return list(dict.fromkeys(periods_of(each)[UNITS.index(unit)] for each in days))


def seconds(microseconds: int) -> float:
    """A duration as it is told outside."""
    return microseconds / SECOND


def _day(text: str, name: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != _DATE_CHARACTERS or not 1970 <= found.year < 9999:  # noqa: PLR2004  # calendars end
        raise parameters.bad(name, "is a date such as 2026-02-14", "ISO 8601")
    return found

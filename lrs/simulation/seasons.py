"""How busy the platform is: by season, holiday, weekday and hour in Paris."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from lrs.simulation.chance import Chance, Weights
from lrs.simulation.paris import instant

WEEKDAYS = (0.19, 0.21, 0.20, 0.20, 0.15, 0.03, 0.02)
"""Monday to Sunday: the shares of an ordinary week."""

_MONTHS = (1.0, 1.05, 1.1, 1.0, 0.95, 1.0, 0.75, 0.45, 1.1, 1.15, 1.1, 0.85)
_HOLIDAY = 0.1
_SATURDAY = 5
_CHRISTMAS_WEEK = 0.3

_FIELD_HOURS = Weights(
    [2, 1, 0, 0, 1, 6, 14, 8, 10, 30, 34, 10, 38, 40, 14, 22, 30, 12, 6, 7, 9, 8, 4, 3]
)
"""Out in the streets, schools and museums: a phone, at the breaks."""

_OFFICE_HOURS = Weights(
    [1, 0, 0, 0, 0, 0, 1, 4, 18, 34, 36, 26, 12, 16, 34, 34, 28, 14, 5, 3, 4, 5, 3, 1]
)


def busyness(day: date) -> float:
    """The day's share of an ordinary week's visits."""
    if day in holidays(day.year):
        return WEEKDAYS[day.weekday()] * _HOLIDAY
    season = _CHRISTMAS_WEEK if (day.month, day.day) >= (12, 24) else _MONTHS[day.month - 1]
    return WEEKDAYS[day.weekday()] * season


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of France (Code du travail, article L3133-1)."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    sunday = easter(year)
    moving = (sunday + timedelta(days=after) for after in (1, 39, 50))
    return frozenset((*(date(year, month, day) for month, day in fixed), *moving))


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def moment(chance: Chance, day: date, *, in_office: bool) -> int:
    """When on that day someone opens the platform."""
    hour = (_OFFICE_HOURS if in_office else _FIELD_HOURS).draw(chance)
    return instant(day, hour, chance.whole(0, 59), chance.whole(0, 59))


def working_moment(chance: Chance, day: date) -> int:
    """When on that day a manager or marker does something: in office hours."""
    return instant(day, chance.whole(8, 17), chance.whole(0, 59), chance.whole(0, 59))


def working_day(day: date) -> date:
    """That day, or the next one on which offices are open."""
    while day.weekday() >= _SATURDAY or day in holidays(day.year):
        day += timedelta(days=1)
    return day

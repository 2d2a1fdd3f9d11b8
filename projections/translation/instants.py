"""Points in time and lengths of time, as fast as a rebuild of everything needs them."""

from __future__ import annotations

import re
from typing import Final

from projections.calendar import DAY, SECOND
from projections.translation.remembered import Remembered
from schemas.errors import InvalidValue
from schemas.formats import parse_timestamp
from schemas.versions import Version
from statements.clock import microseconds_of

EARLIEST = 946_684_800 * SECOND
"""The year 2000: no learning platform's clock that is right says less."""

_DURATION = re.compile(
    r"P(?:(?P<weeks>[\d.,]+)W|(?:(?P<days>[\d.,]+)D)?"
    r"(?:T(?:(?P<hours>[\d.,]+)H)?(?:(?P<minutes>[\d.,]+)M)?(?:(?P<seconds>[\d.,]+)S)?)?)",
    re.ASCII,
)
_UNITS = {
    "weeks": 7 * DAY,
    "days": DAY,
    "hours": 3600 * SECOND,
    "minutes": 60 * SECOND,
    "seconds": SECOND,
}
_LONGEST = 366 * DAY
"""Whoever says that content took longer measures something else."""

_hours: Remembered[str, int] = Remembered(20_000)
_MINUTES: Final = {f"{number:02}": number * 60 * SECOND for number in range(60)}
_SECONDS: Final = {f"{number:02}": number * SECOND for number in range(60)}
_BEFORE_FRACTION: Final = len("2026-01-05T08:12:00")


def instant(text: str, otherwise: int) -> int:
    """Return the microseconds since 1970 of a statement's timestamp, `otherwise` if it has none.

    The hour is looked up and what is in it is counted: most statements share few hours, and the
    calendar is slow. Whatever looks unusual is left to the calendar.
    """
    body, zone = (text[:-1], "Z") if text[-1:] == "Z" else (text[:-6], text[-6:])
    if body[13:17:3] != "::" or zone[3:4] not in {"", ":"}:
        return _slowly(text, otherwise)
    try:
        begun = _hours.get(body[:14] + zone)
        if begun is None:
            begun = _hours.keep(body[:14] + zone, _calendar(f"{body[:14]}00:00{zone}"))
        at = begun + _MINUTES[body[14:16]] + _SECONDS[body[17:19]]
        fraction = body[_BEFORE_FRACTION + 1 : _BEFORE_FRACTION + 7]
        return at + int(fraction.ljust(6, "0")) if fraction else at
    except (KeyError, ValueError, InvalidValue):
        return _slowly(text, otherwise)


def _slowly(text: str, otherwise: int) -> int:
    try:
        return _calendar(text)
    except InvalidValue:
        return otherwise


def _calendar(text: str) -> int:
    """Microseconds since 1970, by the calendar. Raises InvalidValue.

    A stored statement does not say which version of xAPI it was sent in.
    """
    try:
        moment = parse_timestamp(text, Version.V1)
    except InvalidValue:
        moment = parse_timestamp(text, Version.V2)
    return microseconds_of(moment)


def is_believable(at: int, stored: int) -> bool:
    """Tell whether something can have happened then (from 2000 to a day after it was stored)."""
    return EARLIEST <= at <= stored + DAY


def duration(text: str) -> int:
    """Return the microseconds of an ISO 8601 duration, 0 if it is none.

    Years and months have no one length, and nobody sits in front of a screen for as long.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return 0
    try:
        parts = [
            float(value.replace(",", ".")) * _UNITS[unit]
            for unit, value in match.groupdict().items()
            if value
        ]
    except ValueError:
        return 0
    return microseconds(sum(parts) / SECOND)


def microseconds(seconds: float) -> int:
    """Return seconds as microseconds; 0 for what no content can have measured."""
    return round(seconds * SECOND) if 0 < seconds * SECOND <= _LONGEST else 0

"""Points in time and lengths of time, as fast as a rebuild of everything needs them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from projections.translation.remembered import Remembered
from schemas.errors import InvalidValue
from schemas.formats import parse_timestamp
from schemas.versions import Version

SECOND = 1_000_000
DAY = 86_400 * SECOND
EARLIEST = 946_684_800 * SECOND
"""The year 2000: no learning platform's clock that is right says less."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
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


def instant(text: str, otherwise: int) -> int:
    """Return the microseconds since 1970 of a statement's timestamp, `otherwise` if it has none."""
    zone, body = ("Z", text[:-1]) if text[-1:] == "Z" else (text[-6:], text[:-6])
    try:
        if body[13] != ":" or body[16] != ":" or (zone != "Z" and zone[3] != ":"):
            return _slowly(text, otherwise)
        # The hour is looked up, what is in it is counted; most statements share few hours.
        begun = _hours.get(f"{body[:14]}{zone}")
        if begun is None:
            begun = _hours.keep(f"{body[:14]}{zone}", _calendar(f"{body[:14]}00:00{zone}"))
        minute, second = int(body[14:16]), int(body[17:19])
        fraction = int(body[20:26].ljust(6, "0")) if len(body) > _WITHOUT_FRACTION else 0
    except (IndexError, ValueError, InvalidValue):
        return _slowly(text, otherwise)
    if second >= _LEAP:
        return _slowly(text, otherwise)
    return begun + (minute * 60 + second) * SECOND + fraction


_WITHOUT_FRACTION = len("2026-01-05T08:12:00.")
_LEAP = 60


def _slowly(text: str, otherwise: int) -> int:
    try:
        return _calendar(text)
    except InvalidValue:
        return otherwise


def _calendar(text: str) -> int:
    """Microseconds since 1970, by the calendar; 1.0.3 knows every form that 2.0.0 knows."""
    return (parse_timestamp(text, Version.V1) - _EPOCH) // _MICROSECOND


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

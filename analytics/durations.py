"""ISO 8601 durations in seconds."""

from __future__ import annotations

import re
from functools import lru_cache

_DURATION = re.compile(
    r"P(?:(?P<weeks>[\d.,]+)W)?(?:(?P<years>[\d.,]+)Y)?(?:(?P<months>[\d.,]+)M)?"
    r"(?:(?P<days>[\d.,]+)D)?"
    r"(?:T(?:(?P<hours>[\d.,]+)H)?(?:(?P<minutes>[\d.,]+)M)?(?:(?P<seconds>[\d.,]+)S)?)?"
)
_DAY = 86_400
_SECONDS = {
    "years": 365 * _DAY,  # a year and a month have no fixed length: close enough for what lasts so
    "months": 30 * _DAY,
    "weeks": 7 * _DAY,
    "days": _DAY,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}


@lru_cache(maxsize=20_000)
def seconds_of(duration: str) -> float | None:
    """Seconds of a duration such as `PT1M30.5S`; None if it is none, or beyond a double."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    try:
        parts = (
            (float(text.replace(",", ".")), name)
            for name, text in match.groupdict().items()
            if text
        )
        return sum(number * _SECONDS[name] for number, name in parts)
    except (ValueError, OverflowError):
        return None

"""Times: microseconds since 1970 in the store, ISO 8601 in UTC outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def now() -> int:
    """The time of the machine, in microseconds since 1970."""
    return time.time_ns() // 1000


def text_of(microseconds: int) -> str:
    """ISO 8601 text, such as `2026-01-05T08:12:00.123456Z`."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def http_date_of(microseconds: int) -> str:
    """HTTP date, to the second (RFC 9110, section 5.6.7)."""
    day, second = divmod(microseconds // 1_000_000, 86_400)
    minute = second // 60
    time_of_day = f"{minute // 60:02}:{minute % 60:02}:{second % 60:02}"
    return f"{_http_day(day)} {time_of_day} GMT"


@lru_cache(maxsize=1024)  # a time of day is quickly written; what day it was takes a calendar
def _http_day(day: int) -> str:
    year, month, day_of_month, *_, weekday, _, _ = time.gmtime(day * 86_400)
    return f"{_DAYS[weekday]}, {day_of_month:02} {_MONTHS[month - 1]} {year:04}"


def microseconds_of(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime, exactly."""
    return (moment - EPOCH) // MICROSECOND

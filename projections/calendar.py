"""Days, ISO weeks and months as they are in Paris. Instants are microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

PARIS = ZoneInfo("Europe/Paris")
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def day_of(at: int) -> date:
    """The day in Paris."""
    return _day_of_hour(at // HOUR)


@lru_cache(maxsize=20_000)
def _day_of_hour(hour: int) -> date:
    """Offsets of Paris are whole hours, so an hour of UTC lies in one day (since 1911)."""
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(PARIS).date()


@lru_cache(maxsize=20_000)
def periods_of(day: date) -> tuple[str, str, str]:
    """Names of the day, its ISO week and its month: `2026-02-14`, `2026-W07`, `2026-02`."""
    text = day.isoformat()
    year, week, _ = day.isocalendar()
    return text, f"{year}-W{week:02d}", text[:7]


@lru_cache(maxsize=2_000)
def midnight(day: date) -> int:
    """The moment at which a day begins in Paris."""
    return int(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp()) * SECOND


def split(begun: int, ended: int) -> Iterator[tuple[date, int]]:
    """The days from one instant to another, with the microseconds that fall on each."""
    day = day_of(begun)
    while (end := midnight(day + timedelta(days=1))) <= ended:
        yield day, end - begun
        begun, day = end, day_of(end)
    yield day, ended - begun

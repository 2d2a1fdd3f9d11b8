"""Time in Paris. Instants are milliseconds since 1970, whole numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def instant(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """The instant at which the clocks of Paris show that time.

    The hour that spring leaves out is the one after it; of the hour that
    autumn repeats, the first.
    """
    wall = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=PARIS)
    return int(wall.timestamp()) * SECOND


def day_of(at: int) -> date:
    """The day in Paris."""
    return datetime.fromtimestamp(at // SECOND, PARIS).date()


def midnight_after(at: int) -> int:
    """The end of that day in Paris (23, 24 or 25 hours after its beginning)."""
    return instant(day_of(at) + timedelta(days=1))


def utc_text(at: int) -> str:
    """`2026-03-29T01:00:00.250Z`."""
    whole, milliseconds = divmod(at, SECOND)
    return f"{datetime.fromtimestamp(whole, UTC).isoformat()[:19]}.{milliseconds:03d}Z"


def paris_text(at: int) -> str:
    """`2026-03-29T03:00:00+02:00`: whole seconds, with the offset of that day."""
    return datetime.fromtimestamp(at // SECOND, PARIS).isoformat()

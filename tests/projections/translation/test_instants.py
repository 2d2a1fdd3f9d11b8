"""Timestamps and durations, against the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from projections.translation.instants import duration, instant
from schemas.errors import InvalidValue
from schemas.formats import is_duration, parse_timestamp
from schemas.versions import Version

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from(["Z", "z", "", "+00:00", "+01:00", "-05:30", "+0200", "+14", "+23:59"])
FRACTIONS = st.sampled_from(["", ".5", ",25", ".123", ".123456", ".123456789", ".000000999"])


def _by_calendar(text: str) -> int:
    try:
        moment = parse_timestamp(text, Version.V1)
    except InvalidValue:
        moment = parse_timestamp(text, Version.V2)
    return (moment - EPOCH) // timedelta(microseconds=1)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), FRACTIONS, ZONES)  # noqa: DTZ001 - zones are written out
def test_instant_is_that_of_the_calendar(when: datetime, fraction: str, zone: str) -> None:
    text = f"{when.replace(microsecond=0).isoformat()}{fraction}{zone}"
    try:
        wanted = _by_calendar(text)
    except InvalidValue:
        reject()
    assert instant(text, 0) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60Z", "20260105T081200Z", "2026-W01-1T08:12:00Z", "2026-005T08:12:00Z",
        "2026-01-05T08:12Z", "2026-01-05T08Z", "2026-01-05", "2026-01-05T08:12:00",
        "2026-01-05t08:12:00.5z", "2026-01-05 08:12:00Z", "2026-01-05T08:12:00-03",
    ],
)  # fmt: skip
def test_rarer_forms_are_understood_as_far_as_they_are_timestamps(text: str) -> None:
    try:
        wanted = _by_calendar(text)
    except InvalidValue:
        wanted = -1
    assert instant(text, -1) == wanted


@pytest.mark.parametrize("text", ["", "Z", "hier", "2026-13-05T08:12:00Z", "2026-01-05T08:xx:00Z"])
def test_what_is_no_timestamp_is_as_good_as_missing(text: str) -> None:
    assert instant(text, 7) == 7


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1S", 1), ("PT3725.12S", 3725.12), ("PT1H2M3S", 3723), ("P1DT1S", 86_401),
        ("P2W", 14 * 86_400), ("PT0,5S", 0.5), ("PT90M", 5400), ("P1D", 86_400),
        ("PT0S", 0), ("P1Y", 0), ("P1M", 0), ("PT1.2.3S", 0), ("P", 0), ("PT", 0), ("", 0),
        ("1H", 0), ("PT-1S", 0), ("P400D", 0), (f"PT{'9' * 400}S", 0), ("PT1e5S", 0), ("PT٣S", 0),
    ],
)  # fmt: skip
def test_duration(text: str, seconds: float) -> None:
    assert duration(text) == round(seconds * 1_000_000)


@given(
    st.integers(0, 9), st.integers(0, 99), st.integers(0, 99),
    st.decimals(0, 99, places=3, allow_nan=False),
)  # fmt: skip
def test_duration_adds_up(days: int, hours: int, minutes: int, seconds: object) -> None:
    text = f"P{days}DT{hours}H{minutes}M{seconds}S"
    assert is_duration(text)
    whole = timedelta(days=days, hours=hours, minutes=minutes, seconds=float(str(seconds)))
    assert duration(text) == whole // timedelta(microseconds=1)

"""Time is Paris time: summer and winter, working hours and holidays."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.simulation.connections import Connections
from lrs.simulation.paris import HOUR, day_of, instant, midnight_after, paris_text, utc_text
from lrs.simulation.seasons import busyness, easter, holidays
from tests.simulation.oracle import LOGIN, verb_of
from tests.simulation.runs import BUSY, run

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24), (date(2026, 1, 1), 24)]
)
def test_a_day_has_as_many_hours_as_its_clocks_show(day: date, hours: int) -> None:
    assert midnight_after(instant(day)) - instant(day) == hours * HOUR


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (SPRING, 1, "2026-03-29T00:00:00.000Z"),
        (SPRING, 3, "2026-03-29T01:00:00.000Z"),
        (AUTUMN, 2, "2026-10-25T00:00:00.000Z"),
        (AUTUMN, 3, "2026-10-25T02:00:00.000Z"),
    ],
)
def test_clocks_change_at_one_in_the_morning_of_greenwich(day: date, hour: int, utc: str) -> None:
    assert utc_text(instant(day, hour)) == utc


def test_a_time_that_spring_leaves_out_is_an_hour_later() -> None:
    assert paris_text(instant(SPRING, 2, 30)) == "2026-03-29T03:30:00+02:00"


@given(st.integers(946_684_800, 2_524_608_000))
def test_texts_of_an_instant_say_the_same(seconds: int) -> None:
    at = seconds * 1000
    assert datetime.fromisoformat(utc_text(at)) == datetime.fromisoformat(paris_text(at))
    assert instant(day_of(at)) <= at < midnight_after(at)


def test_time_over_midnight_is_split_and_the_connection_counts_where_it_starts() -> None:
    connections = Connections(1)
    start = instant(SPRING, 23, 50)
    for minutes in range(0, 21, 5):
        connections.act(0, start + minutes * 60_000)
    connections.close_all()
    day = connections.totals["day"]
    assert day.connections == {"2026-03-29": 1}
    assert day.learners == {"2026-03-29": 1}
    assert day.milliseconds == {"2026-03-29": 600_000, "2026-03-30": 600_000}
    assert connections.totals["week"].milliseconds == {"2026-W13": 600_000, "2026-W14": 600_000}


@pytest.mark.parametrize(("gap_seconds", "number"), [(1_800, 1), (1_801, 2)])
def test_a_gap_of_over_thirty_minutes_makes_two_connections(gap_seconds: int, number: int) -> None:
    connections = Connections(1)
    connections.act(0, instant(SPRING, 10))
    connections.act(0, instant(SPRING, 10) + gap_seconds * 1000)
    connections.close_all()
    assert connections.number[0] == number


def test_a_login_starts_a_connection_and_a_logout_ends_one() -> None:
    connections = Connections(1)
    ten = instant(SPRING, 10)
    connections.act(0, ten)
    connections.login(0, ten + 60_000)
    connections.logout(0, ten + 120_000)
    connections.act(0, ten + 180_000)
    connections.close_all()
    assert connections.number[0] == 3
    assert connections.milliseconds[0] == 60_000


def test_the_public_holidays_of_2026_are_those_of_france() -> None:
    days = "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"
    assert holidays(2026) == {date.fromisoformat(f"2026-{day}") for day in days.split()}


@pytest.mark.parametrize(
    ("year", "day"), [(2000, (4, 23)), (2008, (3, 23)), (2026, (4, 5)), (2038, (4, 25))]
)
def test_easter_falls_where_it_falls(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


def test_weekends_holidays_and_august_are_quiet() -> None:
    ordinary = busyness(date(2026, 3, 10))
    assert busyness(date(2026, 3, 15)) < 0.3 * ordinary
    assert busyness(date(2026, 7, 14)) < 0.3 * ordinary
    assert busyness(date(2026, 8, 11)) < 0.6 * ordinary


def test_people_come_by_the_clock_of_paris_on_both_sides_of_the_change() -> None:
    hours: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for statement in run(BUSY).statements:
        if verb_of(statement) in LOGIN:
            at = datetime.fromisoformat(statement["timestamp"]).astimezone(ZoneInfo("Europe/Paris"))
            hours[at.utcoffset() == timedelta(hours=2)][at.hour] += 1
    for counts in hours.values():
        night = sum(counts[hour] for hour in range(1, 5))
        day = sum(counts[hour] for hour in range(9, 18))
        assert day > 20 * night


def test_the_french_dialect_writes_the_offset_of_the_day() -> None:
    told = [one["timestamp"] for one in run(BUSY).statements if "vocab.xapi.fr" in str(one)]
    summer = instant(SPRING, 3)
    for text in told:
        at = int(datetime.fromisoformat(text).timestamp() * 1000)
        assert text.endswith("+02:00" if at >= summer else "+01:00") or text[:4] in {"1970", "2100"}
    assert {text[-6:] for text in told} == {"+01:00", "+02:00"}

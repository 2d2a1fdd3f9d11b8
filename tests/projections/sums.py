"""Tallies added up again from the rows that they are about."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from projections import tables
from projections.work import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table

    from statements.connection import Connection, Row

Sums = dict[tuple[Any, ...], tuple[int, ...]]

Crowds = tuple[int, int]
"""A learner's own crowd, and everybody."""

_PARIS = ZoneInfo("Europe/Paris")


def stored_sums(connection: Connection, table: Table) -> Sums:
    """What a tally says."""
    width = len(table.primary_key.columns)
    return {tuple(row[:width]): tuple(row[width:]) for row in _rows(connection, table)}


def added_up(connection: Connection) -> dict[str, Sums]:
    """What the tallies have to say, by their names."""
    crowds = {row[0]: (row[-1], EVERYBODY) for row in _rows(connection, tables.learner)}
    rows = {
        table.name: [row for row in _rows(connection, table) if "removed" not in row]
        for table in (tables.connection, tables.measured, tables.enrolment, tables.completion)
    }
    periods = _periods_of_learners(rows["connection"])
    return {
        "learner_period": {key: tuple(sums) for key, sums in periods.items()},
        "connection_tally": _connections(periods, crowds),
        "measured_tally": _measured(rows["measured"], crowds),
        "progress_tally": _progress(rows["enrolment"], rows["completion"], crowds),
        "standing": _standing(rows["enrolment"], rows["completion"], crowds),
    }


def _rows(connection: Connection, table: Table) -> list[Row]:
    return connection.rows(select(*table.columns))


def moment(at: int) -> datetime:
    """Microseconds since 1970 as a time."""
    return datetime.fromtimestamp(at // 1_000_000, UTC) + timedelta(microseconds=at % 1_000_000)


def _periods(at: int) -> list[str]:
    day = moment(at).astimezone(_PARIS).date()
    return [day.isoformat(), "{}-W{:02d}".format(*day.isocalendar()), day.isoformat()[:7]]


def _hours(begun: int, ended: int) -> Iterator[tuple[int, int]]:
    """Pieces that lie in one hour, and so in one day: when they begin, how long they are."""
    hour = 3600 * 1_000_000
    while begun // hour < ended // hour:
        following = (begun // hour + 1) * hour
        yield begun, following - begun
        begun = following
    yield begun, ended - begun


def _periods_of_learners(connections: list[Row]) -> dict[Row, list[int]]:
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    for learner, course, begun, ended, *_ in connections:
        for period in _periods(begun):
            found[learner, course, period][0] += 1
        for at, microseconds in _hours(begun, ended):
            for period in _periods(at):
                found[learner, course, period][1] += microseconds
    return {key: sums for key, sums in found.items() if any(sums)}


def _connections(periods: dict[Row, list[int]], crowds: dict[int, Crowds]) -> Sums:
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (learner, course, period), (connections, microseconds) in periods.items():
        for crowd in crowds[learner]:
            cell = found[course, period, crowd]
            cell[0] += connections
            cell[1] += connections > 0
            cell[2] += microseconds
    return {key: tuple(sums) for key, sums in found.items()}


def _measured(measured: list[Row], crowds: dict[int, Crowds]) -> Sums:
    found: Counter[Row] = Counter()
    for learner, _, _, course, at, microseconds, _ in measured:
        for period in _periods(at):
            for each, crowd in product({course, 0}, crowds[learner]):
                found[each, period, crowd] += microseconds
    return {key: (total,) for key, total in found.items() if total}


def _first_enrolled(enrolments: list[Row]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for learner, course, _, first, *_ in enrolments:
        found[learner, course] = min(first, found.get((learner, course), first))
    return found


def _progress(enrolments: list[Row], completions: list[Row], crowds: dict[int, Crowds]) -> Sums:
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    enrolled = _first_enrolled(enrolments)
    for (learner, course), first in enrolled.items():
        _count(found, course, crowds[learner], first, 0)
    for learner, course, _, _, _, completed, *_ in completions:
        if completed is not None and (learner, course) in enrolled:
            _count(found, course, crowds[learner], completed, 1)
    return {key: tuple(sums) for key, sums in found.items()}


def _count(found: dict[Row, list[int]], course: int, crowds: Crowds, at: int, place: int) -> None:
    for period in _periods(at):
        for each, crowd in product((course, 0), crowds):
            found[each, period, crowd][place] += 1


def _standing(enrolments: list[Row], completions: list[Row], crowds: dict[int, Crowds]) -> Sums:
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    enrolled = _first_enrolled(enrolments)
    for learner, course, status, _, started, completed, *_ in completions:
        if (learner, course) in enrolled:
            new = (1, started is not None, completed is not None, status == "failed")
            for each, crowd in product((course, 0), crowds[learner]):
                cell = found[each, crowd]
                cell[:] = [total + int(one) for total, one in zip(cell, new, strict=True)]
    return {key: tuple(sums) for key, sums in found.items()}

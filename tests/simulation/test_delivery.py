"""Statements arrive as they do in life: late, out of order, repeated, voided too early."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.simulation.oracle import verb_of
from tests.simulation.runs import BUSY, Json, run


@pytest.fixture
def arrived() -> list[Json]:
    return run(BUSY).statements


def times(statements: list[Json]) -> list[datetime]:
    found = [datetime.fromisoformat(one["timestamp"]).astimezone(UTC) for one in statements]
    return [at for at in found if at.year == BUSY.start.year]


def test_order_of_arrival_is_nearly_but_not_quite_order_of_time(arrived: list[Json]) -> None:
    ordered = times(arrived)
    late = sum(later < earlier for earlier, later in pairwise(ordered))
    assert 0.01 < late / len(ordered) < 0.5
    assert abs((ordered[len(ordered) // 2] - sorted(ordered)[len(ordered) // 2]).days) < 1


def test_some_come_days_late(arrived: list[Json]) -> None:
    ordered = times(arrived)
    latest, delays = ordered[0], []
    for at in ordered:
        latest = max(latest, at)
        delays.append((latest - at).total_seconds() / 3600)
    assert max(delays) > 24


def test_a_repeat_is_the_same_to_the_byte() -> None:
    by_id: dict[str, set[bytes]] = {}
    for raw, statement in zip(run(BUSY).raw, run(BUSY).statements, strict=True):
        by_id.setdefault(statement["id"], set()).add(raw)
    assert len(by_id) < len(run(BUSY).raw)
    assert all(len(texts) == 1 for texts in by_id.values())


def test_some_voids_come_before_what_they_void_and_some_after(arrived: list[Json]) -> None:
    first: dict[str, int] = {}
    for place, statement in enumerate(arrived):
        first.setdefault(statement["id"], place)
    early = [
        first[one["object"]["id"]] > first[one["id"]] for one in arrived if verb_of(one) == "voided"
    ]
    assert set(early) == {True, False}


def test_a_few_clocks_are_wrong_by_decades(arrived: list[Json]) -> None:
    years = {int(one["timestamp"][:4]) for one in arrived}
    assert {1970, 1999, 2100} >= years - {BUSY.start.year}
    assert len(years) > 1

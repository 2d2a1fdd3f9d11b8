"""How rows lie is remembered for a moment, and only for so many filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statements.spreads import PLACE_BITS, Spread, Spreads
from tests.statements.store import COURSE, EXPERIENCED, Store, new_statement

if TYPE_CHECKING:
    import pytest

SPREAD = Spread(rows=100, first=1_000, reach=801)
END = 2**62


def test_what_is_too_old_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    spreads = Spreads()
    spreads.keep((1, 2), END, SPREAD)
    assert spreads.get((1, 2), END) == SPREAD
    assert spreads.get((1,), END) is None
    monkeypatch.setattr("statements.spreads.GOOD_SECONDS", 0)
    spreads.keep((1, 2), END, SPREAD)
    assert spreads.get((1, 2), END) is None


def test_near_by_it_is_the_same_unless_there_were_few_rows() -> None:
    spreads = Spreads()
    few = Spread(rows=3, first=1_000, reach=None)
    spreads.keep((1,), 2_000, SPREAD)
    spreads.keep((2,), 2_000, few)
    assert spreads.get((1,), 2_100) == Spread(rows=100, first=1_100, reach=901)
    assert spreads.get((1,), 1_900) == Spread(rows=100, first=900, reach=701)
    assert spreads.get((1,), 2_000 + (1 << PLACE_BITS)) is None
    assert spreads.get((2,), 2_000) == few
    assert spreads.get((2,), 2_100) is None


def test_it_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.spreads.MOST", 3)
    spreads = Spreads()
    for key in range(10):
        spreads.keep((key,), END, SPREAD)
    assert sum(spreads.get((key,), END) is not None for key in range(10)) <= 3
    assert spreads.get((9,), END) == SPREAD


def test_gaps_are_counted_from_either_end() -> None:
    assert SPREAD.gap() == 2
    assert Spread(rows=100, first=801, reach=1_000).gap() == 2
    assert Spread(rows=0, first=None, reach=None).gap() == 1


def test_what_is_remembered_of_rows_hides_no_new_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.inquiry.COUNTED", 2)
    sent = []
    for _ in range(6):
        statements = [new_statement() for _ in range(3)]
        store.append(*statements)
        sent += [each["id"] for each in statements]
        assert store.found(activity=COURSE, verb=EXPERIENCED) == sent[::-1]
        assert store.found(activity=COURSE, verb=EXPERIENCED, limit=2) == sent[:-3:-1]

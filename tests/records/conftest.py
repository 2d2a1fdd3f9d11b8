"""A house with records on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.records.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Lend a house without records."""
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_database")
    house = House(tmp_path, url)
    yield house
    house.close()


@pytest.fixture
def house(empty_house: House) -> House:
    """Lend a house with empty tables."""
    empty_house.found()
    return empty_house

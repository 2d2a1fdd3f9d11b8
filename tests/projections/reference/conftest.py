"""The records store to run each promise on: SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from projections.opening import open_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from statements.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Lend the URL of a place for a records store, where there is none yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/not-there-yet/records.sqlite3"
    url: str = request.getfixturevalue("postgresql_database")
    return url


@pytest.fixture
def records(records_url: str) -> Iterator[Database]:
    """Lend an empty records store."""
    with closing(open_records(records_url)) as database:
        yield database

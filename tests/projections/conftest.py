"""Stores to fold."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from projections.opening import open_records
from statements.migrate import migrate
from statements.opening import open_database
from tests.projections.folding import Templates
from tests.projections.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Make the tables once."""
    return Templates(tmp_path_factory.mktemp("folded"))


@pytest.fixture
def story(templates: Templates) -> Iterator[Story]:
    """Lend an empty log and empty records."""
    with templates.lend("log") as log, templates.lend("records") as records:
        yield Story(log, records)


@pytest.fixture
def other_story(templates: Templates) -> Iterator[Story]:
    """Lend another pair of them."""
    with templates.lend("log") as log, templates.lend("records") as records:
        yield Story(log, records)


@pytest.fixture(params=["sqlite", "postgresql"])
def story_anywhere(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Story]:
    """Lend an empty log and empty records, on either database."""
    if request.param == "sqlite":
        with templates.lend("log") as log, templates.lend("records") as records:
            yield Story(log, records)
        return
    url: str = request.getfixturevalue("postgresql_database")
    with closing(open_database(url)) as log:
        migrate(log)
        with closing(open_records(url)) as records:
            yield Story(log, records)

"""A log with a lake for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.analytics.lakes import World, lend_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Lend a log with an empty lake."""
    with lend_world(tmp_path) as world:
        yield world

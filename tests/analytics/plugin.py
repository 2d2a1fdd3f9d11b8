"""A town for the tests that look at figures, built once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.analytics.town import build_town

if TYPE_CHECKING:
    from tests.analytics.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Lend a town that nobody changes."""
    return build_town(tmp_path_factory.mktemp("town"))

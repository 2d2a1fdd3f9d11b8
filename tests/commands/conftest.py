"""`lrs` in this process, with a store of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.called import Lrs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lrs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lrs:
    """Lend `lrs` on an empty store."""
    return Lrs(tmp_path / "store", monkeypatch)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lrs:
    """Lend `lrs` on another empty store."""
    return Lrs(tmp_path / "other", monkeypatch)

"""Bitmaps of segments so small that a test fills some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statements.sealing import seal_next

if TYPE_CHECKING:
    import pytest

    from statements.database import Database


def make_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make segments of two positions and each key frequent; one statement of it is read first."""
    monkeypatch.setattr("statements.segments.SEGMENT_BITS", 1)
    monkeypatch.setattr("statements.sealing.LEAST_ROWS", 1)
    monkeypatch.setattr("statements.sealing.SAMPLE_EVERY", 1)
    monkeypatch.setattr("statements.known.ASK_SECONDS", 0)
    monkeypatch.setattr("statements.segments.LARGEST_GROUP", 1)
    monkeypatch.setattr("statements.inquiry.GROUPED", 1)
    monkeypatch.setattr("statements.newest.NEWEST", 1)


def seal_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """Write the bitmaps of every full segment, small ones; how many there were."""
    make_small(monkeypatch)
    sealed = 0
    while seal_next(database):
        sealed += 1
    return sealed

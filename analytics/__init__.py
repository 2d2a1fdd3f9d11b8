"""The log and the read models for analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from analytics.session import Limits, Session


def connect(place: str | Path, limits: Limits | None = None) -> Session:
    """A session over the lake in a folder, or at an address that starts with s3://.

    Args:
        place: where it lies.
        limits: what a query may use.

    Raises:
        LakeMissing: there is no lake.

    """
    from analytics import session  # noqa: PLC0415  # DuckDB and Arrow take half a second to load

    return session.connect(place, limits or session.Limits())

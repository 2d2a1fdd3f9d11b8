"""The engine with all its projections, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.calendar import SECOND
from projections.models.badges import Badges
from projections.models.connections import Connections
from projections.models.measures import Measures
from projections.models.progress import Progress
from projections.runner.engine import Engine, Stores
from projections.runner.source import StoredReference

if TYPE_CHECKING:
    from projections.runner.engine import Source
    from projections.runner.lease import Lease
    from projections.work import Projection
    from statements.database import Database

GAP_SECONDS = 30 * 60
"""Without a statement, and a connection is over (records.md, Connections)."""


def every_projection() -> list[Projection]:
    """All projections, in the order in which they need each other."""
    return [Progress(), Connections(), Measures(), Badges()]


def build_engine(
    log: Database,
    records: Database,
    lease: Lease,
    gap_seconds: float = GAP_SECONDS,
    source: Source | None = None,
) -> Engine:
    """An engine that folds everything, by what was imported into the records store or `source`."""
    gap = round(gap_seconds * SECOND)
    going_by = source or StoredReference()
    return Engine(Stores(log, records), going_by, every_projection(), lease, gap)

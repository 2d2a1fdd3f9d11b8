"""The read models' tables, once for both databases.

They are folded from the log and may be thrown away. On SQLite they have a file of their own, so
that folding never holds up an append; on PostgreSQL they stand beside the log
(docs/decisions/0016-projections.md). Instants are microseconds since 1970, durations microseconds.
Activities and learners go by number: `activity.number`, `learner.number`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import MetaData

from projections.tables.asked import (
    badge_standing,
    completion,
    connection,
    connection_gone,
    connection_tally,
    enrolment,
    learner_period,
    measured,
    measured_tally,
    progress_tally,
    standing,
)
from projections.tables.ground import (
    activity,
    counter,
    course_rule,
    crowd,
    event,
    identity,
    learner,
    lease,
    pending_void,
    place,
    projection,
    stale,
    unrecognised,
)
from projections.tables.shape import REMOVED, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

__all__ = [
    "FOLDED",
    "REMOVED",
    "activity",
    "badge_standing",
    "completion",
    "connection",
    "connection_gone",
    "connection_tally",
    "counter",
    "course_rule",
    "crowd",
    "edition",
    "enrolment",
    "event",
    "identity",
    "learner",
    "learner_period",
    "lease",
    "measured",
    "measured_tally",
    "metadata",
    "pending_void",
    "place",
    "progress_tally",
    "projection",
    "stale",
    "standing",
    "unrecognised",
]


@lru_cache(maxsize=8)
def edition(suffix: str) -> Mapping[str, Table]:
    """All tables by name; those that are folded have `suffix` behind it, as `completion__next`."""
    copies = MetaData()
    return {
        name: table.to_metadata(copies, name=name + suffix) if name in FOLDED else table
        for name, table in metadata.tables.items()
    }


FOLDED = frozenset(
    {"event", "pending_void", "unrecognised", "enrolment", "completion", "progress_tally"}
    | {
        "standing",
        "connection",
        "connection_gone",
        "learner_period",
        "connection_tally",
        "measured",
    }
    | {"measured_tally", "badge_standing"}
)
"""Tables that a rebuild fills anew, beside the old ones. Numbers once given stay."""

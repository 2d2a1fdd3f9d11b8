"""The read models' tables, once for both databases.

They are folded from the log and may be thrown away. On SQLite they have a file of their own, so
that folding never holds up an append; on PostgreSQL they stand beside the log
(docs/decisions/0016-projections.md). Instants are microseconds since 1970, durations microseconds.
Activities and learners go by number: `activity.number`, `learner.number`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

metadata = MetaData()


def _table(name: str, *columns: Column[Any], **info: list[str]) -> Table:
    """A table whose rows stand in the order of its primary key, in SQLite too."""
    return Table(name, metadata, *columns, info=info, sqlite_with_rowid=False)


def _column(name: str, kind: type, *, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, kind(), primary_key=key, nullable=null, autoincrement=False)


def _cell() -> tuple[Column[Any], ...]:
    """What figures are told by: course (0: the whole platform), period, crowd."""
    return (
        _column("course", BigInteger, key=True),
        _column("period", String, key=True),
        _column("crowd", BigInteger, key=True),
    )


# What the fold keeps for itself ------------------------------------------------------------------

projection = _table(
    "projection",
    _column("name", String, key=True),  # with `__next` behind it while it is rebuilt
    _column("version", String),  # another one: fold it again
    _column("position", BigInteger),  # of the log; all up to it is folded
    _column("cursor", BigInteger, null=True),  # a rebuild has folded learners up to this number
    _column("stopped_at", BigInteger, null=True),  # the last position of a batch it can't fold
    _column("error", String),  # why, or empty
    _column("updated", BigInteger),
)
"""The checkpoints. `events` is the log in one dialect; the others are folded from that."""

counter = _table(
    "counter",
    _column("name", String, key=True),
    _column("value", BigInteger),
)
"""`change`: the last number given to a transaction; what reference data was taken account of."""

lease = _table(
    "lease",
    _column("name", String, key=True),
    _column("holder", String),
    _column("until", BigInteger),
)
"""Who folds: one process at a time."""

stale = _table("stale", _column("learner", BigInteger, key=True))
"""Learners who have to be folded again, since the directory or the catalogue changed."""

course_rule = _table(
    "course_rule",
    _column("course", BigInteger, key=True),
    _column("digest", LargeBinary),
)
"""The catalogue's rules by which a course was folded."""

learner = _table(
    "learner",
    _column("number", BigInteger, key=True),
    _column("key", String),  # the directory's name of the person, else the IFI; unique
    _column("kind", String),  # learner, staff or service: only learners count in figures
    _column("known", SmallInteger),  # 1: the directory knows them
    _column("directorate", String),
    _column("employer", String),
    _column("occupation", String),
    _column("cohort", String),
    _column("crowd", BigInteger),  # crowd.number: those who share all that figures are told by
    unique=["key"],
)
"""People. Two identifiers that the directory joins are one of them."""

crowd = _table(
    "crowd",
    _column("number", BigInteger, key=True),
    _column("directorate", String),
    _column("employer", String),
    _column("cohort", String),
    unique=["directorate employer cohort"],
)
"""Learners of one directorate, employer and cohort: figures are summed up for them."""

identity = _table(
    "identity",
    _column("number", BigInteger, key=True),
    _column("ifi", String),  # unique
    _column("learner", BigInteger),
    unique=["ifi"],
    indexes=["learner"],
)
"""Identifiers that statements used."""

activity = _table(
    "activity",
    _column("number", BigInteger, key=True),
    _column("iri", String),  # unique
    _column("type", String),
    _column("definition", LargeBinary),  # JSON, of the last statement that defined it; or empty
    _column("position", BigInteger),  # of that statement, or 0
    unique=["iri"],
)
"""Activities that last, and how they are defined."""

place = _table(
    "place",
    _column("number", BigInteger, key=True),
    _column("unit", BigInteger),
    _column("course", BigInteger),  # that the statement names, or 0
    _column("ancestors", String),  # numbers, separated by spaces
    _column("resolved", BigInteger),  # the course that it counts for: named, or the catalogue's
    unique=["unit course ancestors"],
)
"""Distinct places of events."""

event = _table(
    "event",
    _column("identity", BigInteger, key=True),
    _column("at", BigInteger, key=True),
    _column("position", BigInteger, key=True),  # of the statement
    _column("kind", SmallInteger),
    _column("marks", SmallInteger),  # 1: the learner's own doing; 2: its date is not to be believed
    _column("place", BigInteger),
    _column("voided", BigInteger),  # position of the statement that voids it, or 0
    _column("details", LargeBinary),  # MessagePack of translation.event.Details, or empty
)
"""The log in one dialect, by learner and time."""

pending_void = _table(
    "pending_void",
    _column("target", LargeBinary, key=True),  # a statement's id
    _column("position", BigInteger, key=True),  # of the voiding statement
)
"""Voiding statements whose target has not come yet."""

unrecognised = _table(
    "unrecognised",
    _column("verb", String, key=True),
    _column("type", String, key=True),
    _column("statements", BigInteger),
    _column("first", BigInteger),  # position
    _column("last", BigInteger),  # position
)
"""What no row of the vocabulary knows, voided or not."""

# What is asked -----------------------------------------------------------------------------------
# Whoever synchronises walks through rows by (changed, key), all or those of one course.

enrolment = _table(
    "enrolment",
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),
    _column("registration", String, key=True),  # of cmi5, or empty
    _column("first", BigInteger),
    _column("last", BigInteger),
    _column("how", String),  # manual, self, import, implicit
    _column(
        "status", String
    ),  # active, suspended, left, completed; removed: there is none any more
    _column("evidence", String),  # JSON: {"rule": position of the statement, ...}
    _column("changed", BigInteger),
    indexes=["changed learner course registration", "course changed learner registration"],
)

completion = _table(
    "completion",
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),
    _column("status", String),  # not started, in progress, completed, failed; or removed
    _column("progress", Double),  # 0 to 1
    _column("started", BigInteger, null=True),
    _column("completed", BigInteger, null=True),
    _column("best", Double, null=True),  # percent
    _column("best_at", BigInteger, null=True),
    _column("last", Double, null=True),  # percent
    _column("last_at", BigInteger, null=True),
    _column("evidence", String),
    _column("changed", BigInteger),
    _column("state", LargeBinary),  # what the fold goes on from
    indexes=["changed learner course", "course changed learner"],
)

connection = _table(
    "connection",
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),  # 0: the whole platform
    _column("begun", BigInteger, key=True),
    _column("ended", BigInteger),
    _column("edges", SmallInteger),  # 1: a login starts it; 2: a logout ends it
    _column("changed", BigInteger),
    indexes=["changed learner course begun", "course changed learner begun"],
)

connection_gone = _table(
    "connection_gone",
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),
    _column("begun", BigInteger, key=True),
    _column("changed", BigInteger),
    indexes=["changed learner course begun", "course changed learner begun"],
)
"""Connections that there are none of any more, for whoever synchronises."""

measured = _table(
    "measured",
    _column("learner", BigInteger, key=True),
    _column("kind", String, key=True),  # quiz, video, meeting, face_to_face
    _column("item", String, key=True),
    _column("course", BigInteger),  # or 0
    _column("at", BigInteger),  # the first that was heard of it
    _column("microseconds", BigInteger),
    _column("state", LargeBinary),
)
"""Time that content measured."""

learner_period = _table(
    "learner_period",
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),  # 0: the whole platform
    _column("period", String, key=True),  # 2026-02-14, 2026-W07, 2026-02 (Europe/Paris)
    _column("connections", BigInteger),  # that start in it
    _column("microseconds", BigInteger),
)
"""Connections of a learner by day, ISO week and month."""

badge_standing = _table(
    "badge_standing",
    _column("learner", BigInteger, key=True),
    _column("badge", String, key=True),  # IRI
    _column("status", String),  # eligible, in progress, awarded, revoked; or removed
    _column("eligible", BigInteger, null=True),  # since
    _column("awarded", BigInteger, null=True),
    _column("revoked", BigInteger, null=True),
    _column("expires", BigInteger, null=True),
    _column("criteria", String),  # JSON: [{"criterion":, "met":, "since":, "evidence":}, ...]
    _column("evidence", String),
    _column("changed", BigInteger),
    indexes=["changed learner badge", "badge changed learner"],
)

connection_tally = _table(
    "connection_tally",
    *_cell(),
    _column("connections", BigInteger),
    _column("learners", BigInteger),  # distinct, of those connections
    _column("microseconds", BigInteger),
)
"""Connections of a crowd, added up while its learners' rows change."""

measured_tally = _table("measured_tally", *_cell(), _column("microseconds", BigInteger))
"""Measured time of a crowd, in the period in which it was first heard of."""

progress_tally = _table(
    "progress_tally",
    *_cell(),
    _column("enrolments", BigInteger),  # first enrolled in the period
    _column("completions", BigInteger),  # completed in it
)
"""Enrolments and completions of a crowd by period."""

standing = _table(
    "standing",
    _column("course", BigInteger, key=True),
    _column("crowd", BigInteger, key=True),
    _column("enrolled", BigInteger),  # learners ever enrolled
    _column("started", BigInteger),
    _column("completed", BigInteger),
    _column("failed", BigInteger),
)
"""How a crowd's learners stand in a course."""


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

"""The read models' tables, once for both databases.

They are folded from the log and may be thrown away. On SQLite they have a file of their own, so
that folding never holds up an append; on PostgreSQL they stand beside the log
(docs/decisions/0016-projections.md). Instants are microseconds since 1970, durations microseconds.
Activities and learners go by number: `activity.number`, `learner.number`.
"""

from __future__ import annotations

from typing import Any

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

metadata = MetaData()


def _column(name: str, kind: type, *, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, kind(), primary_key=key, nullable=null, autoincrement=False)


# What the fold keeps for itself ------------------------------------------------------------------

projection = Table(
    "projection",
    metadata,
    _column("name", String, key=True),
    _column("version", String),  # another one: fold it again
    _column("position", BigInteger),  # of the log; all up to it is folded
    _column("changed", BigInteger),  # the last number given to a change of a row
    _column("stopped_at", BigInteger, null=True),  # the position that can't be folded
    _column("error", String),  # why, or empty
    _column("updated", BigInteger),
)
"""The checkpoints: a row for each projection, `<name>` or, while it is rebuilt, `<name>__next`."""

lease = Table(
    "lease",
    metadata,
    _column("name", String, key=True),
    _column("holder", String),
    _column("until", BigInteger),
)
"""Who folds: one process at a time."""

learner = Table(
    "learner",
    metadata,
    _column("number", BigInteger, key=True),
    _column("key", String),  # the directory's name of the person, else the IFI; unique
    _column("kind", String),  # learner, staff or service: only learners count in figures
    _column("known", SmallInteger),  # 1: the directory knows them
    _column("directorate", String),
    _column("employer", String),
    _column("occupation", String),
    _column("cohort", String),
    _column("crowd", BigInteger),  # crowd.number: those who share all that figures are told by
)
"""People. Two identifiers that the directory joins are one of them."""

crowd = Table(
    "crowd",
    metadata,
    _column("number", BigInteger, key=True),
    _column("directorate", String),
    _column("employer", String),
    _column("cohort", String),
)
"""Learners of one directorate, employer and cohort: figures are summed up for them."""

identity = Table(
    "identity",
    metadata,
    _column("number", BigInteger, key=True),
    _column("ifi", String),  # unique
    _column("learner", BigInteger),
)
"""Identifiers that statements used."""

activity = Table(
    "activity",
    metadata,
    _column("number", BigInteger, key=True),
    _column("iri", String),  # unique
    _column("type", String),
    _column("definition", LargeBinary),  # JSON, of the last statement that defined it; or empty
    _column("position", BigInteger),  # of that statement, or 0
)
"""Activities that last, and how they are defined."""

place = Table(
    "place",
    metadata,
    _column("number", BigInteger, key=True),
    _column("unit", BigInteger),
    _column("course", BigInteger),  # that the statement names, or 0
    _column("ancestors", String),  # numbers, separated by spaces
)
"""Distinct places of events."""

event = Table(
    "event",
    metadata,
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

pending_void = Table(
    "pending_void",
    metadata,
    _column("target", String, key=True),  # a statement's id, in lower case
    _column("position", BigInteger),  # of the voiding statement
)
"""Voiding statements whose target has not come yet."""

unrecognised = Table(
    "unrecognised",
    metadata,
    _column("verb", String, key=True),
    _column("type", String, key=True),
    _column("statements", BigInteger),
    _column("first", BigInteger),  # position
    _column("last", BigInteger),  # position
)
"""What no row of the vocabulary knows, voided or not."""

# What is asked -----------------------------------------------------------------------------------

enrolment = Table(
    "enrolment",
    metadata,
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),
    _column("registration", String, key=True),  # of cmi5, or empty
    _column("first", BigInteger),
    _column("last", BigInteger),
    _column("how", String),  # manual, self, import, implicit
    _column("status", String),  # active, suspended, left, completed; removed: there is none any more
    _column("evidence", String),  # JSON: {"rule": position of the statement, ...}
    _column("changed", BigInteger),
)

completion = Table(
    "completion",
    metadata,
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),
    _column("status", String),  # not started, in progress, completed, failed; or removed
    _column("progress", Double),  # 0 to 1
    _column("started", BigInteger, null=True),
    _column("completed", BigInteger, null=True),
    _column("best", Double, null=True),  # percent
    _column("last", Double, null=True),  # percent
    _column("evidence", String),
    _column("changed", BigInteger),
    _column("state", LargeBinary),  # what the fold goes on from
)

connection = Table(
    "connection",
    metadata,
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),  # 0: the whole platform
    _column("start", BigInteger, key=True),
    _column("end", BigInteger),
    _column("edges", SmallInteger),  # 1: a login starts it; 2: a logout ends it; -1: removed
    _column("changed", BigInteger),
)

measured = Table(
    "measured",
    metadata,
    _column("learner", BigInteger, key=True),
    _column("kind", String, key=True),  # quiz, video, meeting, face_to_face
    _column("item", String, key=True),
    _column("course", BigInteger),  # or 0
    _column("at", BigInteger),  # the first that was heard of it
    _column("microseconds", BigInteger),
    _column("state", LargeBinary),
)
"""Time that content measured."""

learner_period = Table(
    "learner_period",
    metadata,
    _column("learner", BigInteger, key=True),
    _column("course", BigInteger, key=True),  # 0: the whole platform
    _column("period", String, key=True),  # 2026-02-14, 2026-W07, 2026-02 (Europe/Paris)
    _column("connections", BigInteger),  # that start in it
    _column("microseconds", BigInteger),
)
"""Connections of a learner by day, ISO week and month."""

badge_standing = Table(
    "badge_standing",
    metadata,
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
)

tally = Table(
    "tally",
    metadata,
    _column("course", BigInteger, key=True),  # 0: the whole platform
    _column("period", String, key=True),
    _column("crowd", BigInteger, key=True),
    _column("connections", BigInteger),
    _column("learners", BigInteger),  # distinct, of those connections
    _column("microseconds", BigInteger),  # of connections
    _column("measured", BigInteger),  # microseconds
    _column("enrolments", BigInteger),  # first enrolled in the period
    _column("completions", BigInteger),  # completed in it
)
"""Indicators, added up while the rows they come from change. Learners of kind `learner` only."""

standing = Table(
    "standing",
    metadata,
    _column("course", BigInteger, key=True),
    _column("crowd", BigInteger, key=True),
    _column("enrolled", BigInteger),  # learners ever enrolled
    _column("started", BigInteger),
    _column("completed", BigInteger),
    _column("failed", BigInteger),
)
"""How learners stand in a course. Learners of kind `learner` only."""

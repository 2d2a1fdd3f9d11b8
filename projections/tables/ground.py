"""What the fold keeps for itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String

from projections.tables.shape import make_column, make_table

projection = make_table(
    "projection",
    make_column("name", String, key=True),  # with `__next` behind it while it is rebuilt
    make_column("version", String),  # another one: fold it again
    make_column("position", BigInteger),  # of the log; all up to it is folded
    make_column("cursor", BigInteger, null=True),  # a rebuild has folded learners up to this number
    make_column("stopped_at", BigInteger, null=True),  # the last position of a batch it can't fold
    make_column("error", String),  # why, or empty
    make_column("updated", BigInteger),
)
"""The checkpoints. `events` is the log in one dialect; the others are folded from that."""

counter = make_table(
    "counter",
    make_column("name", String, key=True),
    make_column("value", BigInteger),
)
"""`change`: the last number given to a transaction; what reference data was taken account of."""

lease = make_table(
    "lease",
    make_column("name", String, key=True),
    make_column("holder", String),
    make_column("until", BigInteger),
)
"""Who folds: one process at a time."""

stale = make_table("stale", make_column("learner", BigInteger, key=True))
"""Learners who have to be folded again, since the directory or the catalogue changed."""

course_rule = make_table(
    "course_rule",
    make_column("course", BigInteger, key=True),
    make_column("digest", LargeBinary),
)
"""The catalogue's rules by which a course was folded."""

learner = make_table(
    "learner",
    make_column("number", BigInteger, key=True),
    make_column("key", String),  # the directory's name of the person, else the IFI; unique
    make_column("kind", String),  # learner, staff or service: only learners count in figures
    make_column("known", SmallInteger),  # 1: the directory knows them
    make_column("directorate", String),
    make_column("employer", String),
    make_column("occupation", String),
    make_column("cohort", String),
    make_column("crowd", BigInteger),  # crowd.number: those who share all that figures are told by
    unique=["key"],
)
"""People. Two identifiers that the directory joins are one of them."""

crowd = make_table(
    "crowd",
    make_column("number", BigInteger, key=True),
    make_column("directorate", String),
    make_column("employer", String),
    make_column("cohort", String),
    unique=["directorate employer cohort"],
)
"""Learners of one directorate, employer and cohort: figures are summed up for them."""

identity = make_table(
    "identity",
    make_column("number", BigInteger, key=True),
    make_column("ifi", String),  # unique
    make_column("learner", BigInteger),
    unique=["ifi"],
    indexes=["learner"],
)
"""Identifiers that statements used."""

activity = make_table(
    "activity",
    make_column("number", BigInteger, key=True),
    make_column("iri", String),  # unique
    make_column("type", String),
    make_column("definition", LargeBinary),  # JSON, of the last statement that defined it; or empty
    make_column("position", BigInteger),  # of that statement, or 0
    unique=["iri"],
)
"""Activities that last, and how they are defined."""

place = make_table(
    "place",
    make_column("number", BigInteger, key=True),
    make_column("unit", BigInteger),
    make_column("course", BigInteger),  # that the statement names, or 0
    make_column("ancestors", String),  # numbers, separated by spaces
    make_column("resolved", BigInteger),  # the course that it counts for: named, or the catalogue's
    unique=["unit course ancestors"],
)
"""Distinct places of events."""

event = make_table(
    "event",
    make_column("identity", BigInteger, key=True),
    make_column("at", BigInteger, key=True),
    make_column("position", BigInteger, key=True),  # of the statement
    make_column("kind", SmallInteger),
    make_column("marks", SmallInteger),  # 1: the learner's own doing; 2: not to be dated
    make_column("place", BigInteger),
    make_column("voided", BigInteger),  # position of the statement that voids it, or 0
    make_column("details", LargeBinary),  # MessagePack of translation.event.Details, or empty
)
"""The log in one dialect, by learner and time."""

pending_void = make_table(
    "pending_void",
    make_column("target", LargeBinary, key=True),  # a statement's id
    make_column("position", BigInteger, key=True),  # of the voiding statement
)
"""Voiding statements whose target has not come yet."""

unrecognised = make_table(
    "unrecognised",
    make_column("verb", String, key=True),
    make_column("type", String, key=True),
    make_column("statements", BigInteger),
    make_column("first", BigInteger),  # position
    make_column("last", BigInteger),  # position
)
"""What no row of the vocabulary knows, voided or not."""

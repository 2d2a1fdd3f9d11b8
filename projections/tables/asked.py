"""What is asked: the read models.

Whoever synchronises walks through rows by (changed, key), all or those of one course.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, LargeBinary, SmallInteger, String

from projections.tables.shape import make_cell, make_column, make_table

enrolment = make_table(
    "enrolment",
    make_column("learner", BigInteger, key=True),
    make_column("course", BigInteger, key=True),
    make_column("registration", String, key=True),  # of cmi5, or empty
    make_column("first", BigInteger),
    make_column("last", BigInteger),
    make_column("how", String),  # manual, self, import, implicit
    make_column(
        "status", String
    ),  # active, suspended, left, completed; removed: there is none any more
    make_column("evidence", String),  # JSON: {"rule": position of the statement, ...}
    make_column("changed", BigInteger),
    indexes=["changed learner course registration", "course changed learner registration"],
)

completion = make_table(
    "completion",
    make_column("learner", BigInteger, key=True),
    make_column("course", BigInteger, key=True),
    make_column("status", String),  # not started, in progress, completed, failed; or removed
    make_column("progress", Double),  # 0 to 1
    make_column("started", BigInteger, null=True),
    make_column("completed", BigInteger, null=True),
    make_column("best", Double, null=True),  # percent
    make_column("best_at", BigInteger, null=True),
    make_column("last", Double, null=True),  # percent
    make_column("last_at", BigInteger, null=True),
    make_column("evidence", String),
    make_column("changed", BigInteger),
    make_column("state", LargeBinary),  # what the fold goes on from
    indexes=["changed learner course", "course changed learner"],
)

connection = make_table(
    "connection",
    make_column("learner", BigInteger, key=True),
    make_column("course", BigInteger, key=True),  # 0: the whole platform
    make_column("begun", BigInteger, key=True),
    make_column("ended", BigInteger),
    make_column("edges", SmallInteger),  # 1: a login starts it; 2: a logout ends it
    make_column("changed", BigInteger),
    indexes=["changed learner course begun", "course changed learner begun"],
)

connection_gone = make_table(
    "connection_gone",
    make_column("learner", BigInteger, key=True),
    make_column("course", BigInteger, key=True),
    make_column("begun", BigInteger, key=True),
    make_column("changed", BigInteger),
    indexes=["changed learner course begun", "course changed learner begun"],
)
"""Connections that there are none of any more, for whoever synchronises."""

measured = make_table(
    "measured",
    make_column("learner", BigInteger, key=True),
    make_column("kind", String, key=True),  # quiz, video, meeting, face_to_face
    make_column("item", String, key=True),
    make_column("course", BigInteger),  # or 0
    make_column("at", BigInteger),  # the first that was heard of it
    make_column("microseconds", BigInteger),
    make_column("state", LargeBinary),
)
"""Time that content measured."""

learner_period = make_table(
    "learner_period",
    make_column("learner", BigInteger, key=True),
    make_column("course", BigInteger, key=True),  # 0: the whole platform
    make_column("period", String, key=True),  # 2026-02-14, 2026-W07, 2026-02 (Europe/Paris)
    make_column("connections", BigInteger),  # that start in it
    make_column("microseconds", BigInteger),
)
"""Connections of a learner by day, ISO week and month."""

badge_standing = make_table(
    "badge_standing",
    make_column("learner", BigInteger, key=True),
    make_column("badge", String, key=True),  # IRI
    make_column("status", String),  # eligible, in progress, awarded, revoked; or removed
    make_column("eligible", BigInteger, null=True),  # since
    make_column("awarded", BigInteger, null=True),
    make_column("revoked", BigInteger, null=True),
    make_column("expires", BigInteger, null=True),
    make_column("criteria", String),  # JSON: [{"criterion":, "met":, "since":, "evidence":}, ...]
    make_column("evidence", String),
    make_column("changed", BigInteger),
    indexes=["changed learner badge", "badge changed learner"],
)

connection_tally = make_table(
    "connection_tally",
    *make_cell(),
    make_column("connections", BigInteger),
    make_column("learners", BigInteger),  # distinct, of those connections
    make_column("microseconds", BigInteger),
)
"""Connections of a crowd, added up while its learners' rows change."""

measured_tally = make_table("measured_tally", *make_cell(), make_column("microseconds", BigInteger))
"""Measured time of a crowd, in the period in which it was first heard of."""

progress_tally = make_table(
    "progress_tally",
    *make_cell(),
    make_column("enrolments", BigInteger),  # first enrolled in the period
    make_column("completions", BigInteger),  # completed in it
)
"""Enrolments and completions of a crowd by period."""

standing = make_table(
    "standing",
    make_column("course", BigInteger, key=True),
    make_column("crowd", BigInteger, key=True),
    make_column("enrolled", BigInteger),  # learners ever enrolled
    make_column("started", BigInteger),
    make_column("completed", BigInteger),
    make_column("failed", BigInteger),
)
"""How a crowd's learners stand in a course."""

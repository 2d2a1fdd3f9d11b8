"""Learners, and the identifiers that statements know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from projections.exports.export import Export, said, selected
from projections.tables import identity, learner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Connection, Row

_TRAITS: Final = ("directorate", "employer", "occupation", "cohort")
_LEARNERS = select(
    learner.c.key, learner.c.kind, learner.c.known, *(said(learner.c[name]) for name in _TRAITS)
)
_ACTORS = select(identity.c.ifi, learner.c.key).join_from(
    identity, learner, learner.c.number == identity.c.learner
)


def _read_learners(connection: Connection) -> Iterator[Row]:
    for key, kind, known, *traits in connection.stream(_LEARNERS):
        yield key, kind, bool(known), *traits


LEARNERS = Export(
    "learners",
    {"learner": "person", "kind": "text", "known": "flag", **dict.fromkeys(_TRAITS, "text")},
    _read_learners,
)
ACTORS = selected("actors", {"actor": "person", "learner": "person"}, _ACTORS)

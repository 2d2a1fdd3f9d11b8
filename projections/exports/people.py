"""Learners, and the identifiers that statements know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from projections.exports.export import Export, said, selected
from projections.reference.tables import entry
from projections.tables import identity, learner
from projections.translation.statement import without_nul

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from statements.connection import Connection, Row

_TRAITS: Final = ("directorate", "employer", "occupation", "cohort")
_LEARNERS = select(
    learner.c.key, learner.c.kind, learner.c.known, *(said(learner.c[name]) for name in _TRAITS)
)
_ACTORS = select(identity.c.ifi, learner.c.key).join_from(
    identity, learner, learner.c.number == identity.c.learner
)


def names_of(connection: Connection, ifis: Collection[str]) -> frozenset[str]:
    """All that the records call the learners by whose identifiers these are, and the identifiers.

    Their keys, and the other identifiers under which statements came.
    """
    stored = map(without_nul, ifis)
    numbers = {n for (n,) in connection.find(identity.c.ifi, stored, identity.c.learner)}
    keys = connection.find(learner.c.number, numbers, learner.c.key)
    others = connection.find(identity.c.learner, numbers, identity.c.ifi)
    return frozenset(ifis).union(name for (name,) in (*keys, *others))


def identifiers_of(connection: Connection, ifi: str) -> frozenset[str]:
    """Every identifier of the person who has this one, as the directory says now, and the fold."""
    whose = connection.find(entry.c.identifier, [without_nul(ifi)], entry.c.learner)
    listed = connection.find(entry.c.learner, [key for (key,) in whose], entry.c.identifier)
    known = names_of(connection, [ifi, *(one for (one,) in listed)])
    folded = connection.find(identity.c.ifi, map(without_nul, known), identity.c.ifi)
    return frozenset({ifi}).union(one for (one,) in (*listed, *folded))


def _read_learners(connection: Connection) -> Iterator[Row]:
    for key, kind, known, *traits in connection.stream(_LEARNERS):
        yield key, kind, bool(known), *traits


LEARNERS = Export(
    "learners",
    {"learner": "person", "kind": "text", "known": "flag", **dict.fromkeys(_TRAITS, "text")},
    _read_learners,
)
ACTORS = selected("actors", {"actor": "person", "learner": "person"}, _ACTORS)

"""Names of learners, courses and crowds, and the numbers that stand for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from projections.tables import (
    activity,
    completion,
    connection,
    connection_gone,
    enrolment,
    identity,
    learner,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from statements.connection import Connection

_BY_KEY = select(learner.c.number).where(learner.c.key == bindparam("name"))
_BY_IFI = select(identity.c.learner).where(identity.c.ifi == bindparam("name"))
_IDENTIFIERS = (
    select(identity.c.ifi).where(identity.c.learner == bindparam("of")).order_by(identity.c.ifi)
)
_LEARNERS = [
    select(table.c.learner).where(table.c.course == bindparam("of")).distinct()
    for table in (enrolment, completion, connection, connection_gone)
]
_LANGUAGES = ("fr", "en")  # Moodle labels French texts `en`


class Person(NamedTuple):
    """A learner, in the order of the table's columns."""

    number: int
    key: str
    kind: str
    known: int
    directorate: str
    employer: str
    occupation: str
    cohort: str
    crowd: int


def find_learner(connection: Connection, name: str) -> int | None:
    """The number of whom the directory calls so, or whom statements identify so."""
    row = connection.row(_BY_KEY, name=name) or connection.row(_BY_IFI, name=name)
    return row[0] if row else None


def learners_of(connection: Connection, course: int) -> list[int]:
    """Learners who are, or were, enrolled in a course, or did something in it."""
    found = {number for query in _LEARNERS for (number,) in connection.rows(query, of=course)}
    return sorted(found)


def person_of(connection: Connection, number: int) -> Person | None:
    """The learner with this number."""
    found = connection.fetch(learner, [(number,)])
    return Person(*found[0]) if found else None


def identifiers_of(connection: Connection, number: int) -> list[str]:
    """The identifiers that statements used for a learner, sorted."""
    return [ifi for (ifi,) in connection.rows(_IDENTIFIERS, of=number)]


def numbers_of(connection: Connection, iris: Iterable[str]) -> dict[str, int]:
    """Numbers of activities; those that no statement named are left out."""
    return dict(connection.find(activity.c.iri, list(iris), activity.c.iri, activity.c.number))


def activities_of(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """IRI and title of activities by their numbers."""
    column = activity.c
    found = connection.find(
        column.number, set(numbers), column.number, column.iri, column.definition
    )
    return {number: (iri, title_of(definition)) for number, iri, definition in found}


def title_of(definition: bytes) -> str:
    """The name in an activity's definition: the French one, else English, else any, else none."""
    names = json.loads(definition).get("name", {}) if definition else {}
    for wanted in _LANGUAGES:
        for tag, name in names.items():
            if tag.partition("-")[0].lower() == wanted:
                return str(name)
    return str(next(iter(names.values()), ""))

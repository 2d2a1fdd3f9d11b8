"""Who it is about: identifiers, the learners whose they are, and the crowds of learners.

A learner is whom the directory names, or else an identifier that it does not know. Numbers are
given once and never changed, by the one process that folds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from projections import tables
from projections.numbering import MOST_REMEMBERED, next_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.reference.directory import Directory, Person
    from statements.connection import Connection, Row

LEARNER = "learner"

_EVERY_LEARNER = select(*tables.learner.columns)
_EVERY_IDENTITY = select(*tables.identity.columns)


class Learner(NamedTuple):
    """Somebody, as figures see them."""

    number: int
    key: str
    kind: str
    crowd: int

    @property
    def counts(self) -> bool:
        """Whether figures and records are kept of them."""
        return self.kind == LEARNER


class Identity(NamedTuple):
    """An identifier, and whose it is."""

    number: int
    learner: int


class People:
    """Identifiers and learners.

    Args:
        directory: who is who.

    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._identities: dict[str, Identity] = {}
        self._learners: dict[int, Learner] = {}
        self._crowds: dict[Row, int] = {}

    @property
    def is_large(self) -> bool:
        """Whether it remembers more than it should."""
        return max(len(self._identities), len(self._learners)) > MOST_REMEMBERED

    def identities(self, connection: Connection, ifis: Iterable[str]) -> dict[str, Identity]:
        """Identifiers, each with its learner, made if they are new."""
        missing = {ifi for ifi in ifis if ifi not in self._identities}
        if missing:
            column = tables.identity.c
            rows = connection.find(column.ifi, missing, column.ifi, column.number, column.learner)
            self._identities.update((ifi, Identity(*rest)) for ifi, *rest in rows)
            new = [ifi for ifi in sorted(missing) if ifi not in self._identities]
            first = next_number(connection, tables.identity) if new else 0
            self.assign(connection, {ifi: number for number, ifi in enumerate(new, first)})
        return self._identities

    def assign(self, connection: Connection, numbers: dict[str, int]) -> None:
        """Write whose these identifiers are, as the directory says now."""
        people = {ifi: self._directory.person(ifi) for ifi in numbers}
        keys = {ifi: person.learner if person else ifi for ifi, person in people.items()}
        learners = self._learners_named(
            connection, {keys[ifi]: person for ifi, person in people.items()}
        )
        rows = [(number, ifi, learners[keys[ifi]]) for ifi, number in numbers.items()]
        connection.replace(tables.identity, rows)
        self._identities.update((ifi, Identity(number, whose)) for number, ifi, whose in rows)

    def _learners_named(
        self, connection: Connection, people: dict[str, Person | None]
    ) -> dict[str, int]:
        """Numbers of learners by key, made as the directory says now if they are new.

        Those that are there stay as they are, since their figures stand with their crowd. Where the
        directory says otherwise now, they are stale: it was not seen while they had no identifier.
        """
        rows = connection.find(tables.learner.c.key, people, *tables.learner.columns)
        known: dict[str, int] = {row[1]: row[0] for row in rows}
        otherwise = [row[:1] for row in rows if _is_otherwise(row, people[row[1]])]
        connection.replace(tables.stale, otherwise)
        new = [key for key in people if key not in known]
        first = next_number(connection, tables.learner) if new else 0
        known.update((key, number) for number, key in enumerate(new, first))
        self._write(connection, {known[key]: (key, people[key]) for key in new})
        return known

    def _write(self, connection: Connection, people: dict[int, tuple[str, Person | None]]) -> None:
        rows = [
            _learner_row(number, key, person, self._crowd(connection, person))
            for number, (key, person) in people.items()
        ]
        connection.replace(tables.learner, rows)
        for number, key, kind, *_, crowd in rows:
            self._learners[number] = Learner(number, key, kind, crowd)

    def revise(self, connection: Connection, learners: Iterable[int]) -> None:
        """Write learners as the directory says now."""
        rows = connection.fetch(tables.learner, [(number,) for number in learners])
        people = {row[0]: (row[1], self._person_named(connection, row[0])) for row in rows}
        self._write(connection, people)

    def revised(self, connection: Connection, learners: Iterable[int]) -> list[int]:
        """Those of the learners whom `revise` would write otherwise than they are."""
        rows = connection.fetch(tables.learner, [(number,) for number in learners])
        return [row[0] for row in rows if row != self._row_now(connection, row)]

    def _row_now(self, connection: Connection, row: Row) -> Row:
        person = self._person_named(connection, row[0])
        return _learner_row(row[0], row[1], person, self._crowd(connection, person))

    def _person_named(self, connection: Connection, learner: int) -> Person | None:
        column = tables.identity.c
        ifis = connection.find(column.learner, [learner], column.ifi)
        found = (self._directory.person(ifi) for (ifi,) in sorted(ifis))
        return next(filter(None, found), None)

    def outdated(self, connection: Connection) -> tuple[dict[str, int], set[int]]:
        """What the directory says otherwise now.

        Numbers of identifiers that are somebody else's, and learners who are described otherwise.
        """
        rows = {row[0]: row for row in connection.rows(_EVERY_LEARNER)}
        moved: dict[str, int] = {}
        described: set[int] = set()
        for number, ifi, learner in connection.rows(_EVERY_IDENTITY):
            person, row = self._directory.person(ifi), rows[learner]
            if row[1] != (person.learner if person else ifi):
                moved[ifi] = number
            elif _is_otherwise(row, person):
                described.add(learner)
        return moved, described

    def _crowd(self, connection: Connection, person: Person | None) -> int:
        key = (person.directorate, person.employer, person.cohort) if person else ("", "", "")
        if not self._crowds:
            column = tables.crowd.c
            every = select(column.number, column.directorate, column.employer, column.cohort)
            self._crowds = {tuple(row[1:]): row[0] for row in connection.rows(every)}
        if key not in self._crowds:
            self._crowds[key] = next_number(connection, tables.crowd)
            connection.replace(tables.crowd, [(self._crowds[key], *key)])
        return self._crowds[key]

    def learners(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Learner]:
        """Learners by number."""
        missing = [(number,) for number in set(numbers) if number not in self._learners]
        for number, key, kind, *_, crowd in connection.fetch(tables.learner, missing):
            self._learners[number] = Learner(number, key, kind, crowd)
        return self._learners

    def identities_of(self, connection: Connection, learners: Iterable[int]) -> dict[int, int]:
        """The learner of each identity that belongs to one of these learners."""
        column = tables.identity.c
        return dict(connection.find(column.learner, learners, column.number, column.learner))


def _is_otherwise(row: Row, person: Person | None) -> bool:
    """Whether a learner's row says something else than the directory."""
    return row[:-1] != _learner_row(row[0], row[1], person, row[-1])[:-1]


def _learner_row(number: int, key: str, person: Person | None, crowd: int) -> Row:
    if person is None:
        return (number, key, LEARNER, 0, "", "", "", "", crowd)
    about = (person.directorate, person.employer, person.occupation, person.cohort)
    return (number, key, person.kind, 1, *about, crowd)

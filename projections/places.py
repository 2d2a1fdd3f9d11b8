"""Where things happen: numbers of activities and of places, and the course of each place.

Numbers are given once and never changed, so that a rebuild finds them as they were. Only the one
process that folds gives them. It remembers what it has met, and starts afresh when that is much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from projections import tables
from projections.numbering import MOST_REMEMBERED, next_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.reference.catalogue import Catalogue
    from projections.translation.event import Definition, Place
    from statements.connection import Connection, Row


_EVERY_PLACE = select(*tables.place.columns)


class Spot(NamedTuple):
    """A place in numbers; 0 is nowhere."""

    number: int
    unit: int
    course: int  # that the statement names, else that the catalogue knows


class Places:
    """Activities and places.

    Args:
        catalogue: which activity belongs to which course.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._activities: dict[str, int] = {"": 0}
        self._iris: dict[int, str] = {0: ""}
        self._spots: dict[Place, Spot] = {}
        self._spots_by_number: dict[int, Spot] = {}
        self._defined: dict[int, bytes] = {}

    @property
    def is_large(self) -> bool:
        """Whether it remembers more than it should."""
        return max(len(self._activities), len(self._spots)) > MOST_REMEMBERED

    def activities(self, connection: Connection, iris: Iterable[str]) -> dict[str, int]:
        """Numbers of activities, given to those that have none yet."""
        known = self._activities
        missing = {iri for iri in iris if iri not in known}
        if missing:
            column = tables.activity.c
            self._learn(connection.find(column.iri, missing, column.iri, column.number))
            new = [iri for iri in sorted(missing) if iri not in known]
            first = next_number(connection, tables.activity) if new else 0
            rows = [(number, iri, "", b"", 0) for number, iri in enumerate(new, first)]
            connection.replace(tables.activity, rows)
            self._learn([(iri, number) for number, iri, *_ in rows])
        return known

    def numbers_of(self, connection: Connection, iris: Iterable[str]) -> dict[str, int]:
        """Numbers of those activities that have one."""
        wanted = set(iris)
        column = tables.activity.c
        missing = wanted - self._activities.keys()
        self._learn(connection.find(column.iri, missing, column.iri, column.number))
        return {iri: self._activities[iri] for iri in wanted if iri in self._activities}

    def iris(self, connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
        """IRIs of activities."""
        column = tables.activity.c
        missing = {number for number in numbers if number not in self._iris}
        self._learn(connection.find(column.number, missing, column.iri, column.number))
        return self._iris

    def _learn(self, rows: Iterable[Row]) -> None:
        for iri, number in rows:
            self._activities[iri] = number
            self._iris[number] = iri

    def define(self, connection: Connection, definitions: dict[Definition, int]) -> None:
        """Keep what statements say of activities, by the position of the last that says it."""
        numbers = self.activities(connection, [each.activity for each in definitions])
        newest = {}
        for definition, position in sorted(definitions.items(), key=lambda each: each[1]):
            number = numbers[definition.activity]
            newest[number] = (number, *definition, position)
        changed = [row for row in newest.values() if self._defined.get(row[0]) != row[3]]
        stored = connection.fetch(tables.activity, [row[:1] for row in changed])
        known = {row[0]: row[4] for row in stored}
        newer = [row for row in changed if row[4] > known[row[0]]]
        connection.replace(tables.activity, newer)
        self._defined.update((row[0], row[3]) for row in newer)

    def spots(self, connection: Connection, places: Iterable[Place]) -> dict[Place, Spot]:
        """Places in numbers, given to those that have none yet."""
        missing = {place for place in places if place not in self._spots}
        if missing:
            self._add_spots(connection, sorted(missing))
        return self._spots

    def _add_spots(self, connection: Connection, missing: list[Place]) -> None:
        courses = {place: place.course or self._catalogued(place) for place in missing}
        named = {iri for place in missing for iri in (place.unit, place.course, *place.ancestors)}
        numbers = self.activities(connection, named | set(courses.values()))
        keys = {place: _key(place, numbers) for place in missing}
        column = tables.place.c
        wanted = (column.unit, column.course, column.ancestors, column.number)
        rows = connection.find(column.unit, {key[0] for key in keys.values()}, *wanted)
        known = {row[:3]: row[3] for row in rows}
        new = [key for key in dict.fromkeys(keys.values()) if key not in known]
        first = next_number(connection, tables.place) if new else 0
        known.update((key, number) for number, key in enumerate(new, first))
        resolved = {key: numbers[courses[place]] for place, key in keys.items()}
        connection.replace(tables.place, [(known[key], *key, resolved[key]) for key in new])
        for place, key in keys.items():
            self._spots[place] = spot = Spot(known[key], key[0], resolved[key])
            self._spots_by_number[spot.number] = spot

    def _catalogued(self, place: Place) -> str:
        return self._first_course((place.unit, *place.ancestors))

    def _first_course(self, iris: Iterable[str]) -> str:
        found = (self._catalogue.course_of(iri) for iri in iris if iri)
        return next(filter(None, found), "")

    def spots_of(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Spot]:
        """Places by number."""
        missing = [(each,) for each in set(numbers) if each not in self._spots_by_number]
        for number, unit, _, _, resolved in connection.fetch(tables.place, missing):
            self._spots_by_number[number] = Spot(number, unit, resolved)
        return self._spots_by_number

    def resolve_again(self, connection: Connection) -> list[int]:
        """Put every place into the course that the catalogue knows now; those that moved."""
        rows = connection.rows(_EVERY_PLACE)
        iris = self.iris(connection, {int(each) for row in rows for each in _members(row)})
        courses = {
            row: iris[row[2]] or self._first_course(iris[int(each)] for each in _members(row))
            for row in rows
        }
        numbers = self.activities(connection, set(courses.values()))
        moved = [
            (*row[:4], numbers[courses[row]]) for row in rows if row[4] != numbers[courses[row]]
        ]
        connection.replace(tables.place, moved)
        return [row[0] for row in moved]


def _members(row: Row) -> list[int | str]:
    """Numbers of all the activities that a row of `place` holds."""
    _, unit, course, ancestors, _ = row
    return [unit, *ancestors.split(), *([course] if course else [])]


def _key(place: Place, numbers: dict[str, int]) -> tuple[int, int, str]:
    ancestors = " ".join(str(numbers[iri]) for iri in place.ancestors)
    return numbers[place.unit], numbers[place.course], ancestors

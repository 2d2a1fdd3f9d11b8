"""What the resources of learning records ask of a catalogue of courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from projections.reference.documents import load_catalogue
from projections.reference.revisions import load_revisions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statements.connection import Connection


class Course(NamedTuple):
    """A course of the catalogue."""

    title: str
    tags: frozenset[str] = frozenset()


class Catalogue(Protocol):
    """The catalogue as it is now; it is asked at every request and must have it at hand."""

    @property
    def version(self) -> str:
        """A text that is another one once anything has changed."""

    def courses(self) -> Mapping[str, Course]:
        """Courses by their IRIs."""


class StoredCatalogue:
    """The catalogue that was imported into the records store."""

    def __init__(self) -> None:
        self.version = "0"
        self._courses: Mapping[str, Course] = {}

    def courses(self) -> Mapping[str, Course]:
        """Courses by their IRIs, as they were when it was last followed."""
        return self._courses

    def follow(self, connection: Connection) -> None:
        """Load the catalogue again if it has changed."""
        version = str(load_revisions(connection)["catalogue"])
        if version != self.version:
            connection.take_time()
            self._courses = {
                iri: Course(course.title, frozenset(course.tags))
                for iri, course in load_catalogue(connection).items()
            }
            self.version = version


def tagged(catalogue: Catalogue, tags: frozenset[str]) -> set[str]:
    """IRIs of the courses that have one of the tags."""
    return {iri for iri, course in catalogue.courses().items() if course.tags & tags}

"""What the resources of learning records ask of a catalogue of courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


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


class NoCatalogue:
    """A catalogue with nothing in it."""

    version = ""

    def courses(self) -> Mapping[str, Course]:
        """Answer with no course."""
        return {}


def tagged(catalogue: Catalogue, tags: frozenset[str]) -> set[str]:
    """IRIs of the courses that have one of the tags."""
    return {iri for iri, course in catalogue.courses().items() if course.tags & tags}

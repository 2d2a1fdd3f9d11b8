"""A statement in the words of the domain, for whoever takes the log elsewhere."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from projections.reference.catalogue import activities_of
from projections.translation.event import Kind
from projections.translation.remembered import Remembered

if TYPE_CHECKING:
    from projections.reference.catalogue import Catalogue
    from projections.translation.event import Place
    from projections.translation.statement import Statement
    from projections.translation.vocabulary import Vocabulary

VOIDING = "voiding"
"""The event of statements that void another one: they tell nothing of a learner."""

_WORDS = {kind: kind.name.lower() for kind in Kind}


class Sorted(NamedTuple):
    """What a statement is: the event, IRIs of course and module, a mark in percent."""

    event: str
    course: str | None = None
    module: str | None = None
    percent: float | None = None


_A_VOID = Sorted(VOIDING)


class Classification:
    """Sorts statements by the vocabulary and the catalogue.

    Args:
        vocabulary: what statements mean.
        catalogue: which activity belongs to which course.

    Attributes:
        version: another one whenever a statement may be sorted otherwise.

    """

    def __init__(self, vocabulary: Vocabulary, catalogue: Catalogue) -> None:
        self.version = f"{vocabulary.version} {_digest(catalogue)}"
        self._meaning = vocabulary.meaning
        self._course_of = catalogue.course_of
        self._spots: Remembered[Place, tuple[str | None, str | None]] = Remembered(65_536)

    def sort(self, statement: Statement, places: tuple[bytes, bytes]) -> Sorted:
        """What a stored statement is, given also what `places_in` tells of it."""
        meaning = self._meaning(statement, places)
        if meaning is None:
            return _A_VOID
        kind, place, details = meaning
        spot = self._spots.get(place) or self._spots.keep(place, self._find(place))
        return Sorted(_WORDS[kind], *spot, details.percent)

    def _find(self, place: Place) -> tuple[str | None, str | None]:
        """The course, as the fold finds it, and what of it."""
        found = map(self._course_of, filter(None, (place.unit, *place.ancestors)))
        course = place.course or next(filter(None, found), "")
        return course or None, place.unit if place.unit and place.unit != course else None


def _digest(catalogue: Catalogue) -> str:
    """Tells apart catalogues by which activity belongs to which course, and by nothing else."""
    courses = (catalogue[iri] for iri in sorted(catalogue))
    owned = [(course.iri, sorted(iri for iri, _ in activities_of(course))) for course in courses]
    return blake2b(repr(owned).encode(), digest_size=8).hexdigest()

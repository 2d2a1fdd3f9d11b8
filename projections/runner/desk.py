"""What the fold works with while it runs: numbers it remembers, and what it was told to go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from projections import tables
from projections.journal import Journal
from projections.people import People
from projections.places import Places
from projections.runner.ledger import NEXT
from projections.work import Terms, Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projections.history import History
    from projections.reference.badges import Badge
    from projections.reference.catalogue import Catalogue
    from projections.reference.directory import Directory
    from projections.translation.event import Translation
    from projections.work import Changed, Projection
    from statements.connection import Connection


class Vocabulary(Protocol):
    """What turns statements into events."""

    @property
    def version(self) -> str:
        """Another one means other events."""

    def translate(self, payload: bytes, stored: int, /) -> Translation:
        """What a statement comes to."""


class Reference(NamedTuple):
    """What the fold goes by beside the log, as it is described at the moment.

    Attributes:
        vocabulary: what statements mean.
        directory: who is who.
        catalogue: the courses.
        badges: what each badge asks for, by IRI.
        revision: another number whenever any of it has changed.

    """

    vocabulary: Vocabulary
    directory: Directory
    catalogue: Catalogue
    badges: Mapping[str, Badge]
    revision: int


class Desk:
    """Everything that is remembered between transactions, and may be forgotten at any time.

    Args:
        reference: what to go by.
        gap: microseconds without a statement that end a connection.

    """

    def __init__(self, reference: Reference, gap: int) -> None:
        self.reference = reference
        self.terms = Terms(gap, reference.catalogue, reference.badges)
        self.people = People(reference.directory)
        self.places = Places(reference.catalogue)
        self._journals: dict[str, Journal] = {}
        self._versions: dict[str, str] = {}

    @property
    def is_full(self) -> bool:
        """Whether it remembers more than it should."""
        return self.people.is_large or self.places.is_large

    def version(self, projection: Projection) -> str:
        """The version that a projection has with these terms: asked in every transaction."""
        if projection.name not in self._versions:
            self._versions[projection.name] = projection.version(self.terms)
        return self._versions[projection.name]

    def journal(self, suffix: str) -> Journal:
        """The writer of events, of the live ones or of those being rebuilt."""
        if suffix not in self._journals:
            editions = tables.edition(suffix)
            translate = self.reference.vocabulary.translate
            self._journals[suffix] = Journal(translate, editions, self.people, self.places)
        return self._journals[suffix]

    def work(
        self, connection: Connection, history: History, rebuilt: set[str], change: int,
        changed: Changed,
    ) -> Work:  # fmt: skip
        """A projection's work in a transaction, on the next edition of the tables `rebuilt`."""
        live, following = tables.edition(""), tables.edition(NEXT)
        return Work(
            connection=connection,
            tables={name: (following if name in rebuilt else live)[name] for name in live},
            change=change,
            terms=self.terms,
            learners=self.people.learners(connection, ()),
            numbers_of=lambda iris: self.places.numbers_of(connection, iris),
            iri_of=lambda number: self.places.iris(connection, [number])[number],
            recall=history.of,
            before=history.before,
            after=history.after,
            changed=changed,
        )

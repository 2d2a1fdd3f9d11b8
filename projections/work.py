"""What a projection folds, and what it has at hand while it does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import add
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Table

    from projections.people import Learner
    from projections.reference.badges import Badge
    from projections.reference.catalogue import Catalogue
    from projections.translation.event import Details
    from statements.connection import Connection, Row


class Happening(NamedTuple):
    """An event in numbers, of a learner who counts, at a time to be believed, and not voided."""

    learner: int
    at: int  # microseconds since 1970
    position: int  # of the statement
    kind: int  # translation.event.Kind
    own: bool
    unit: int
    course: int
    details: Details


class Terms(NamedTuple):
    """What rows depend on beside the log.

    Attributes:
        gap: microseconds without a statement that end a connection.
        catalogue: the courses as they are described now.
        badges: what each badge asks for, by IRI.

    """

    gap: int
    catalogue: Catalogue
    badges: Mapping[str, Badge]


Histories = dict[int, list[Happening]]
"""All that happened to some learners, in order of time."""


COMPLETED_BY = ("course completed", "required modules")
"""Rules that complete a course, as the evidence of a completion names them."""

EVERYBODY = 0
"""The crowd of all learners."""

Changed = defaultdict[str, set[tuple[int, int]]]


@dataclass(slots=True)
class Work:
    """One transaction of the fold.

    Attributes:
        connection: to the records.
        tables: by name, those of a rebuild under another one.
        change: the number that rows changed now get.
        terms: what rows depend on beside the log.
        learners: those that happenings are about, by number.
        numbers_of: numbers of activities by IRI, as far as they have one.
        iri_of: the IRI of an activity by its number.
        recall: the histories of learners, as far as the log is folded.
        before: the time of a learner's last own event before an instant.
        after: the time of a learner's first own event after an instant.
        changed: pairs of learner and course (0: the whole platform) of which something changed in
            this transaction that badges ask for: `completed`, `score`, `time` or `measured`.

    """

    connection: Connection
    tables: Mapping[str, Table]
    change: int
    terms: Terms
    learners: Mapping[int, Learner]
    numbers_of: Callable[[Iterable[str]], Mapping[str, int]]
    iri_of: Callable[[int], str]
    recall: Callable[[Iterable[int]], Histories]
    before: Callable[[int, int], int]
    after: Callable[[int, int], int]
    changed: Changed = field(default_factory=lambda: defaultdict(set))

    def crowds(self, learner: int) -> tuple[int, int]:
        """The crowds that a learner's figures are added to: their own, and everybody."""
        return self.learners[learner].crowd, EVERYBODY

    def add_up(self, name: str, deltas: Mapping[Row, Sequence[int]]) -> None:
        """Add to the figures of a table that has such keys; rows of nothing but zeros go."""
        table = self.tables[name]
        real = {key: delta for key, delta in deltas.items() if any(delta)}
        width = len(table.primary_key.columns)
        stored = {row[:width]: row[width:] for row in self.connection.fetch(table, list(real))}
        nothing = (0,) * (len(table.columns) - width)
        sums = {
            key: tuple(map(add, stored.get(key, nothing), delta)) for key, delta in real.items()
        }
        self.connection.remove(table, [key for key in stored if not any(sums[key])])
        self.connection.replace(table, [(*key, *rest) for key, rest in sums.items() if any(rest)])


class Projection(Protocol):
    """A fold of happenings into tables of its own.

    For any order, any batches and any repetition `update` has to lead to the rows that `refold`
    makes of all of them at once.
    """

    name: str
    needs: tuple[str, ...] = ()
    """Projections whose tables it reads: they come before it, and it is rebuilt with them."""
    tables: tuple[str, ...]

    def version(self, terms: Terms) -> str:
        """Another one means other rows: they are folded again."""

    def update(self, work: Work, happenings: Sequence[Happening]) -> None:
        """Fold what is new."""

    def refold(self, work: Work, histories: Histories) -> None:
        """Make the rows of these learners from all that happened to them, and from nothing else."""

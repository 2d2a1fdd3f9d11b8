"""What a caller may see of the learning records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrs.errors import NotFound
from lrs.records.catalogue import tagged
from projections.queries.lookup import find_learner, learners_of, numbers_of

if TYPE_CHECKING:
    from lrs.auth import Principal
    from lrs.record_limits import Limits
    from lrs.records.catalogue import Catalogue
    from statements.connection import Connection

NOBODY = -1
"""The number of no learner."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see.

    Attributes:
        people: rows about people, and figures of however few.
        own: the identifier of the only learner whose records may be seen; None: everybody's.
        limits: of the credential.

    """

    people: bool
    own: str | None
    limits: Limits

    @property
    def mark(self) -> str:
        """A text that two callers share if they see the same."""
        return f"{self.people} {self.own} {self.limits.text}"

    def courses(self, connection: Connection, catalogue: Catalogue) -> frozenset[int] | None:
        """The numbers of the courses inside the limits; None if there are none on courses."""
        if not self.limits.is_of_courses:
            return None
        iris = self.limits.courses | tagged(catalogue, self.limits.tags)
        return frozenset(numbers_of(connection, iris).values())

    def own_learner(self, connection: Connection) -> int | None:
        """The only learner that may be seen, NOBODY if statements never named them; None: all."""
        if self.own is None:
            return None
        found = find_learner(connection, self.own)
        return NOBODY if found is None else found

    def learner(self, connection: Connection, name: str | None) -> int | None:
        """The learner that is asked for by name; None: whoever may be seen.

        Raises:
            NotFound: there is none of that name, or not for this caller.

        """
        own = self.own_learner(connection)
        if name is None:
            return own
        found = find_learner(connection, name)
        if found is None or own not in {None, found}:
            raise NotFound("there is no such learner")
        return found

    def needed(
        self, connection: Connection, name: str | None = None, course: str | None = None
    ) -> list[int] | None:
        """Whose records an answer may depend on, as far as that is known; None: everybody's."""
        if (found := self.learner(connection, name)) is not None:
            return [found]
        if course is None:
            return None
        return learners_of(connection, numbers_of(connection, [course]).get(course, NOBODY))


def sight_of_rows(principal: Principal) -> Sight:
    """What a caller sees of rows about people; Forbidden if none."""
    principal.demand("records/read", "records/read/mine")
    own = None if "records/read" in principal.rights else principal.own.authority
    return Sight(people=True, own=own, limits=principal.limits)


def sight_of_figures(principal: Principal) -> Sight:
    """What a caller sees of figures about groups; Forbidden if none."""
    principal.demand("records/read", "records/aggregates")
    return Sight("records/read" in principal.rights, None, principal.limits)

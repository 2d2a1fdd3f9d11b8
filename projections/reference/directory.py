"""The directory: which identifiers are one person, and what figures are told by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = ("learner", "staff", "service")


class Person(NamedTuple):
    """Somebody, whatever identifiers they have; `kind` is one of KINDS."""

    learner: str
    kind: str = "learner"
    directorate: str = ""
    employer: str = ""
    occupation: str = ""
    cohort: str = ""


class Directory:
    """People by identifier. All identifiers of a person share one Person."""

    def __init__(self, people: Mapping[str, Person] | None = None) -> None:
        self.people: Mapping[str, Person] = people if people is not None else {}

    def __len__(self) -> int:
        return len(self.people)

    def person(self, identifier: str) -> Person | None:
        """Whose identifier (IFI) it is; None if the directory does not know."""
        return self.people.get(identifier)

    def learners(self) -> dict[str, Person]:
        """People by their own name."""
        return {person.learner: person for person in self.people.values()}


class Pool:
    """Makes people, and no text or person twice: a hundred thousand share few directorates."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._people: dict[Person, Person] = {}

    def person(self, values: Iterable[str]) -> Person:
        """The person with these values, in the order of Person."""
        share = self._texts.setdefault
        found = Person(*[share(value, value) for value in values])
        return self._people.setdefault(found, found)


def merged(old: Mapping[str, Person], new: Mapping[str, Person]) -> dict[str, Person]:
    """Both together; of what they disagree about, the new one is right.

    A learner is the same under every identifier: what is new of one holds for all that were known.
    """
    latest = {person.learner: person for person in new.values()}
    kept = {identifier: latest.get(who.learner, who) for identifier, who in old.items()}
    return kept | dict(new)

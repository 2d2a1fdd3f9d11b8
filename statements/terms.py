"""The dictionary of filter values: agents, activities, verbs, registrations, organisations.

A term is a kind and a text, such as `verb:http://adlnet.gov/expapi/verbs/passed`. It has a number,
given once, under the append lock. Index rows carry `posting_key(number, role)`.
"""

from __future__ import annotations

from enum import IntEnum
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from statements import tables
from statements.known import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from statements.connection import Connection

CACHED_TERMS = 100_000  # in each of two generations: about 36 MB at most

_TERM = tables.term.c
_LAST_NUMBER = select(func.max(_TERM.number))


ROLE_BITS = 2


class Role(IntEnum):
    """How a statement is connected with a term."""

    DIRECT = 0  # what the plain `agent` and `activity` filters look at, and verb, registration
    RELATED = 1  # what `related_agents` and `related_activities` add
    AUTHORITY = 2  # the statement's authority: related too, and what "mine" means


def posting_key(number: int, role: Role) -> int:
    """Key of an index row."""
    return number << ROLE_BITS | role


def agent_term(ifi: str) -> str:
    """Term of an Agent or identified Group, by its Inverse Functional Identifier."""
    return "agent:" + ifi


def activity_term(activity_id: str) -> str:
    """Term of an Activity."""
    return "activity:" + activity_id


def verb_term(verb_id: str) -> str:
    """Term of a Verb."""
    return "verb:" + verb_id


def registration_term(registration: str) -> str:
    """Term of a registration; UUIDs are compared without regard to case."""
    return "registration:" + registration.lower()


def organisation_term(organisation: str) -> str:
    """Term of the organisation whose credential sent a statement."""
    return "organisation:" + organisation


def is_organisation(term: str) -> bool:
    """Whether a term is an organisation's."""
    return term.startswith("organisation:")


def short_digest(content: bytes) -> bytes:
    """128 bits that stand for a text in unique indexes, whatever its length."""
    return blake2b(content, digest_size=16).digest()


class Keys(NamedTuple):
    """Keys of index rows, and the terms whose keys are not known."""

    known: list[int]
    strange: Sequence[tuple[str, Role]]


_NONE: Sequence[tuple[str, Role]] = ()


class Dictionary:
    """Numbers of terms, remembered in the process; safe to share between threads.

    `memory` remembers where in the log their keys are.

    A number never changes, so remembering it needs no invalidation. What an unfinished transaction
    gave out is remembered only once that transaction has committed: see `remember`.
    """

    def __init__(self) -> None:
        self.memory = Memory()
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def keys(self, terms: Sequence[tuple[str, Role]]) -> Keys:
        """Keys of terms in their roles, as far as their numbers are remembered."""
        young, old = self._young, self._old
        try:  # nearly always
            known = [(young.get(term) or old[term]) << ROLE_BITS | role for term, role in terms]
            return Keys(known, _NONE)
        except KeyError:
            numbers, _ = self._recall(term for term, _ in terms)
        strange = [each for each in terms if each[0] not in numbers]
        known = [posting_key(numbers[term], role) for term, role in terms if term in numbers]
        return Keys(known, strange)

    def look_up(self, connection: Connection, terms: Iterable[str]) -> dict[str, int]:
        """Numbers of those terms that have one."""
        known, unknown = self._recall(terms)
        if unknown:
            by_digest = _by_digest(unknown)
            rows = connection.find(_TERM.digest, by_digest, _TERM.digest, _TERM.number)
            found = {by_digest[digest]: number for digest, number in rows}
            self.remember(found)
            known |= found
        return known

    def intern(self, connection: Connection, terms: Iterable[str]) -> Interning:
        """Numbers of terms, asked for under the append lock; new terms will be given one."""
        known, unknown = self._recall(terms)
        return Interning(connection, known, _by_digest(unknown))

    def remember(self, numbers: dict[str, int]) -> None:
        """Keep numbers that are committed."""
        self._young.update(numbers)
        if len(self._young) > CACHED_TERMS:
            self._old, self._young = self._young, {}

    def _recall(self, terms: Iterable[str]) -> tuple[dict[str, int], list[str]]:
        known: dict[str, int] = {}
        unknown = []
        young, old = self._young, self._old
        for term in terms:
            number = young.get(term) or old.get(term)
            if number is None:
                unknown.append(term)
            else:
                known[term] = number
        return known, unknown


class Interning:
    """Numbers of terms that are known, and of others that were asked for."""

    def __init__(
        self, connection: Connection, known: dict[str, int], unknown: dict[bytes, str]
    ) -> None:
        self._connection = connection
        self._known = known
        self._unknown = unknown
        if unknown:
            self._found = connection.ask_find(_TERM.digest, unknown, _TERM.digest, _TERM.number)
            self._last = connection.ask(_LAST_NUMBER)

    def numbers(self) -> dict[str, int]:
        """Number of each of the terms; those that are new to the store are given theirs."""
        if not self._unknown:
            return self._known
        found: dict[bytes, int] = dict(self._found())
        first = (self._last()[0][0] or 0) + 1
        strange = [digest for digest in self._unknown if digest not in found]
        new = dict(zip(strange, count(first), strict=False))
        self._connection.insert(tables.term, sorted(new.items()))
        known = {self._unknown[digest]: number for digest, number in (found | new).items()}
        return self._known | known


def _by_digest(terms: Iterable[str]) -> dict[bytes, str]:
    return {short_digest(term.encode()): term for term in terms}

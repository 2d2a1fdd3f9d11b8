"""What a query asks for, and what that is in the index (Communication 2.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from statements.terms import (
    Dictionary,
    Role,
    activity_term,
    agent_term,
    organisation_term,
    posting_key,
    registration_term,
    verb_term,
)

if TYPE_CHECKING:
    from statements.connection import Connection

_AGENT_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED, Role.AUTHORITY)
_ACTIVITY_ROLES: tuple[Role, ...] = (Role.DIRECT, Role.RELATED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a credential may see."""

    authority: str | None = None  # IFI: only statements with this authority
    organisation: str = ""  # only statements that this organisation sent


@dataclass(frozen=True, slots=True)
class Filters:
    """The parameters of a query, validated; times are microseconds since 1970."""

    agent: str | None = None  # IFI
    related_agents: bool = False
    verb: str | None = None
    activity: str | None = None
    related_activities: bool = False
    registration: str | None = None
    since: int | None = None  # exclusive, on `stored`
    until: int | None = None  # inclusive, on `stored`
    ascending: bool = False
    limit: int = 100
    cursor: int | None = None  # position of the last statement of the page before
    with_voided: bool = False  # for exports: no list over HTTP has voided statements


class Wanted(NamedTuple):
    """A filter resolved: a statement needs one of these keys."""

    keys: tuple[int, ...]
    own: bool = False  # of the statement itself, not of one that it refers to


def resolve(
    connection: Connection, dictionary: Dictionary, filters: Filters, scope: Scope
) -> list[Wanted] | None:
    """Keys that each filter asks for; None if a value is in no statement at all."""
    asked = _asked(filters, scope)
    numbers = dictionary.look_up(connection, {term for term, _, _ in asked})
    if any(term not in numbers for term, _, _ in asked):
        return None
    return [
        Wanted(tuple(posting_key(numbers[term], role) for role in roles), own)
        for term, roles, own in asked
    ]


def _asked(filters: Filters, scope: Scope) -> list[tuple[str, tuple[Role, ...], bool]]:
    """Term, roles and "own" of each filter in use."""
    direct: tuple[Role, ...] = (Role.DIRECT,)
    asked: list[tuple[str, tuple[Role, ...], bool]] = []
    if filters.agent is not None:
        roles = _AGENT_ROLES if filters.related_agents else direct
        asked.append((agent_term(filters.agent), roles, False))
    if filters.activity is not None:
        roles = _ACTIVITY_ROLES if filters.related_activities else direct
        asked.append((activity_term(filters.activity), roles, False))
    if filters.registration is not None:
        asked.append((registration_term(filters.registration), direct, False))
    if filters.verb is not None:
        asked.append((verb_term(filters.verb), direct, False))
    if scope.organisation:
        asked.append((organisation_term(scope.organisation), direct, True))
    if scope.authority is not None:
        asked.append((agent_term(scope.authority), (Role.AUTHORITY,), True))
    return asked

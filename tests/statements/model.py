"""GET /statements in slow plain Python: what the search has to find (Communication 2.1.3).

The model keeps statements as parsed JSON and looks at each of them. It shares nothing with the
store but the names of the parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.filters import Filters, Scope

Json = dict[str, Any]

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


class Entry(NamedTuple):
    """A stored statement."""

    position: int
    stored: int  # microseconds since 1970
    statement: Json
    organisation: str  # of the credential that sent it
    confined: bool  # that credential may void what its organisation sent, nothing else


class Model:
    """A log, and what a query has to answer."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self._by_id = {entry.statement["id"].lower(): entry for entry in entries}
        voids = ((entry, self._target(entry)) for entry in entries if voids_something(entry))
        self.voided = {
            target.position for entry, target in voids if target and may_void(entry, target)
        }

    def find(self, filters: Filters, scope: Scope) -> list[int]:
        """Positions of all statements that match, in the order asked for, whatever the limit."""
        found = [
            entry.position
            for entry in self.entries
            if entry.position not in self.voided
            and in_time(entry, filters)
            and in_scope(entry, scope)
            and any(matches(each.statement, filters) for each in self._chain(entry))
        ]
        return found if filters.ascending else found[::-1]

    def _target(self, entry: Entry) -> Entry | None:
        target = entry.statement["object"]
        if target.get("objectType") != "StatementRef":
            return None
        return self._by_id.get(target["id"].lower())

    def _chain(self, entry: Entry) -> Iterator[Entry]:
        """A statement and all that it leads to by StatementRef, each once."""
        seen: set[int] = set()
        each: Entry | None = entry
        while each is not None and each.position not in seen:
            yield each
            seen.add(each.position)
            each = self._target(each)


def voids_something(entry: Entry) -> bool:
    """Whether it is a voiding statement."""
    return bool(entry.statement["verb"]["id"] == VOIDED)


def may_void(entry: Entry, target: Entry) -> bool:
    """A voiding statement cannot be voided, and who is confined voids his organisation's only."""
    if voids_something(target):
        return False
    return not entry.confined or entry.organisation == target.organisation


def in_time(entry: Entry, filters: Filters) -> bool:
    """`since` is exclusive, `until` inclusive, both on `stored` of the statement itself."""
    after = filters.since is None or entry.stored > filters.since
    return after and (filters.until is None or entry.stored <= filters.until)


def in_scope(entry: Entry, scope: Scope) -> bool:
    """Only the statement itself counts, not what it refers to."""
    if scope.organisation and entry.organisation != scope.organisation:
        return False
    return scope.authority is None or is_agent(entry.statement["authority"], scope.authority)


def matches(statement: Json, filters: Filters) -> bool:
    """Whether one statement by itself meets all the conditions that are not about time."""
    context = statement.get("context", {})
    return (
        (filters.verb is None or statement["verb"]["id"] == filters.verb)
        and (filters.registration is None or same_registration(context, filters.registration))
        and (filters.agent is None or matches_agent(statement, filters))
        and (filters.activity is None or matches_activity(statement, filters))
    )


def same_registration(context: Json, registration: str) -> bool:
    """UUIDs are the same in capitals."""
    return bool(context.get("registration", "").lower() == registration.lower())


def matches_agent(statement: Json, filters: Filters) -> bool:
    """Actor and object; with related_agents all the places that a statement has for actors."""
    places = related_agents(statement) if filters.related_agents else main_agents(statement)
    assert filters.agent is not None
    return any(is_agent(place, filters.agent) for place in places)


def matches_activity(statement: Json, filters: Filters) -> bool:
    """Object; with related_activities all the places that a statement has for activities."""
    wanted = filters.activity
    if filters.related_activities:
        return any(activity["id"] == wanted for activity in related_activities(statement))
    return is_activity(statement["object"]) and statement["object"]["id"] == wanted


def is_activity(target: Json) -> bool:
    """An object without a type is an Activity."""
    return bool(target.get("objectType", "Activity") == "Activity")


def main_agents(statement: Json) -> Iterator[Json]:
    """What the plain agent filter looks at."""
    yield statement["actor"]
    if statement["object"].get("objectType") in {"Agent", "Group"}:
        yield statement["object"]


def related_agents(statement: Json) -> Iterator[Json]:
    """What `related_agents` looks at."""
    yield from main_agents(statement)
    context = statement.get("context", {})
    yield from (context[name] for name in ("instructor", "team") if name in context)
    yield from (each["agent"] for each in context.get("contextAgents", []))
    yield from (each["group"] for each in context.get("contextGroups", []))
    if "authority" in statement:
        yield statement["authority"]
    if statement["object"].get("objectType") == "SubStatement":
        yield from related_agents(statement["object"])


def related_activities(statement: Json) -> Iterator[Json]:
    """What `related_activities` looks at."""
    if is_activity(statement["object"]):
        yield statement["object"]
    for activities in statement.get("context", {}).get("contextActivities", {}).values():
        yield from [activities] if isinstance(activities, dict) else activities
    if statement["object"].get("objectType") == "SubStatement":
        yield from related_activities(statement["object"])


def is_agent(actor: Json, identifier: str) -> bool:
    """Whether an Agent or Group is the one that is meant, or has it as a member."""
    return any(spell(each) == identifier for each in (actor, *actor.get("member", [])))


def spell(actor: Json) -> str | None:
    """Write an identifier as queries of the store have it."""
    if "account" in actor:
        return f"account:{actor['account']['homePage']}|{actor['account']['name']}"
    for name, prefix in (("mbox", "mbox"), ("openid", "openid"), ("mbox_sha1sum", "sha1")):
        if name in actor:
            return f"{prefix}:{actor[name]}"
    return None

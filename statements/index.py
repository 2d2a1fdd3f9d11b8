"""Which terms a statement is found by (Communication 2.1.3, parameters of GET /statements)."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from schemas.identity import agent_ifi
from statements.terms import Role, activity_term, agent_term, registration_term, verb_term

Json = dict[str, Any]
Term = tuple[str, Role]

Mark = tuple[str, int]  # a term, and the hash of what is said of it

_CONTEXT_ACTORS = ("instructor", "team")
_CONTEXT_LISTS = (("contextAgents", "agent"), ("contextGroups", "group"))

# In Python 3.11 a function looks up a member of an enumeration, each time: too dear for each term.
_DIRECT, _RELATED, _AUTHORITY = Role


def terms_of(statement: Json) -> list[Term]:
    """Terms of a valid statement with the role of each, without duplicates.

    A term that is direct is not repeated as related. The authority is not looked at: most
    statements get theirs from the credential (`authority_terms`).
    """
    direct = {verb_term(statement["verb"]["id"])}
    related: set[str] = set()
    _add_actor(direct, statement["actor"])
    _add_object(direct, related, statement["object"])
    if context := statement.get("context"):
        if registration := context.get("registration"):
            direct.add(registration_term(registration))
        _add_context(related, context)
    terms = [(term, _DIRECT) for term in direct]
    terms += [(term, _RELATED) for term in related - direct]
    return terms


def authority_terms(authority: Json) -> list[Term]:
    """Terms of an authority: an Agent, or a Group of an OAuth consumer and its user."""
    terms: set[str] = set()
    _add_actor(terms, authority)
    return [(term, _AUTHORITY) for term in sorted(terms)]


def _add_actor(terms: set[str], actor: Json) -> None:
    """An Agent or Group matches by its identifier, a Group also by those of its members."""
    if (ifi := agent_ifi(actor)) is not None:
        terms.add(agent_term(ifi))
    if "member" in actor:
        for member in actor["member"]:
            if (ifi := agent_ifi(member)) is not None:
                terms.add(agent_term(ifi))


def _add_object(direct: set[str], related: set[str], target: Json) -> None:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        direct.add(activity_term(target["id"]))
    elif kind in {"Agent", "Group"}:
        _add_actor(direct, target)
    elif kind == "SubStatement":
        _add_actor(related, target["actor"])
        _add_object(related, related, target["object"])
        if context := target.get("context"):
            _add_context(related, context)


def _add_context(related: set[str], context: Json) -> None:
    for name in _CONTEXT_ACTORS:
        if name in context:
            _add_actor(related, context[name])
    for name, role in _CONTEXT_LISTS:
        if name in context:
            for each in context[name]:
                _add_actor(related, each[role])
    for activity in context_activities(context):
        related.add(activity_term(activity["id"]))


def context_activities(context: Json) -> list[Json]:
    """All activities of a context, each of the four lists being an array or a single object."""
    found: list[Json] = []
    if "contextActivities" in context:
        for value in context["contextActivities"].values():
            found += [value] if isinstance(value, dict) else value
    return found


class Described(NamedTuple):
    """What a statement says about activities and agents, beyond its own filter terms."""

    definitions: dict[Mark, tuple[str, Json]]  # activity id, definition
    names: dict[Mark, str]


class _Said(NamedTuple):
    """The same as it is found."""

    definitions: dict[str, Json]  # activity id -> definition
    names: list[tuple[str, str]]  # (IFI, name)


def described_by(statement: Json) -> Described:
    """Definitions and names that a statement brings, but for its authority's."""
    said = _Said({}, [])
    _describe_clause(said, statement)
    return Described(
        {
            (activity_term(activity), hash(orjson.dumps(definition))): (activity, definition)
            for activity, definition in said.definitions.items()
        },
        {(agent_term(ifi), hash(name)): name for ifi, name in said.names},
    )


def _describe_clause(said: _Said, clause: Json) -> None:
    _describe_actor(said, clause["actor"])
    target = clause["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        _describe_activity(said, target)
    elif kind in {"Agent", "Group"}:
        _describe_actor(said, target)
    elif kind == "SubStatement":
        _describe_clause(said, target)
    if context := clause.get("context"):
        _describe_context(said, context)


def _describe_context(said: _Said, context: Json) -> None:
    for activity in context_activities(context):
        if "definition" in activity:
            _describe_activity(said, activity)
    for name in _CONTEXT_ACTORS:
        if name in context:
            _describe_actor(said, context[name])


def _describe_activity(said: _Said, activity: Json) -> None:
    if definition := activity.get("definition"):
        said.definitions.setdefault(activity["id"], definition)


def _describe_actor(said: _Said, actor: Json) -> None:
    _describe_agent(said, actor)
    if "member" in actor:
        for member in actor["member"]:
            _describe_agent(said, member)


def _describe_agent(said: _Said, agent: Json) -> None:
    if (name := agent.get("name")) and (ifi := agent_ifi(agent)) is not None:
        said.names.append((ifi, name))

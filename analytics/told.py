"""What the lake takes from a statement, in the shape of its columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from analytics.pseudonyms import Identity, identifier_of, kind_of

Json = dict[str, Any]

PERSONS = {"Agent", "Group"}
_NOTHING: Json = {}
_NO_IDS: list[str] = []
_LANGUAGES = ("fr", "fr-FR", "en", "en-US")


class About(NamedTuple):
    """An object.

    Attributes:
        id: an activity's IRI, a statement's id, a person's pseudonym or identifier.
        kind: its objectType.
        type: of an activity.
        name: of an activity, in French, else in English, else in any language.
        interaction: of a question, its interactionType.

    """

    id: str | None
    kind: str
    type: str | None = None
    name: str | None = None
    interaction: str | None = None


class Activities(NamedTuple):
    """Ids of the context's activities."""

    parent: list[str] = _NO_IDS
    grouping: list[str] = _NO_IDS
    category: list[str] = _NO_IDS
    other: list[str] = _NO_IDS


NO_ACTIVITIES = Activities()


class Told(NamedTuple):
    """A statement as the lake may show it.

    Attributes:
        id: its UUID.
        timestamp: when it happened, as it was sent.
        actor: who did it.
        actor_name: their name, if names may be shown.
        verb: IRI.
        about: its object.
        result: as it is in JSON.
        context: as it is in JSON, for what is not in `activities`.
        activities: of the context.
        authority: who vouches for it.
        text: the whole of it in JSON.

    """

    id: str
    timestamp: str
    actor: Identity
    actor_name: str | None
    verb: str
    about: About
    result: Json
    context: Json
    activities: Activities
    authority: Identity | None
    text: bytes


def tell_all(payload: bytes) -> Told:
    """A statement with all that it says: names, identifiers, what was written."""
    statement = orjson.loads(payload)
    about = statement["object"]
    authority = statement.get("authority")
    context = statement.get("context") or _NOTHING
    is_person = about.get("objectType") in PERSONS
    return Told(
        statement["id"],
        statement["timestamp"],
        _named(statement["actor"]),
        statement["actor"].get("name"),
        statement["verb"]["id"],
        about_person(_named(about)) if is_person else about_activity(about),
        statement.get("result") or _NOTHING,
        context,
        activities_of(context.get("contextActivities")),
        None if authority is None else _named(authority),
        payload,
    )


def _named(agent: Json) -> Identity:
    key = identifier_of(agent)
    return Identity(key, kind_of(agent, key), b"", (), ())


def about_activity(about: Json) -> About:
    """An object that is no person."""
    definition = about.get("definition") or _NOTHING
    return About(
        about.get("id"),
        about.get("objectType") or "Activity",
        definition.get("type"),
        _in_french(definition.get("name")),
        definition.get("interactionType"),
    )


def about_person(person: Identity) -> About:
    """An object that is an Agent or a Group."""
    return About(person.key, "Agent" if person.kind == "agent" else "Group")


def activities_of(activities: Json | None) -> Activities:
    """The ids in a `contextActivities`."""
    if not activities:
        return NO_ACTIVITIES
    return Activities(*(_ids(activities.get(name)) for name in Activities._fields))


def _ids(activities: list[Json] | None) -> list[str]:
    return [each["id"] for each in activities] if activities else _NO_IDS


def _in_french(names: Json | None) -> str | None:
    if not names:
        return None
    for language in _LANGUAGES:
        if language in names:
            return str(names[language])
    return str(next(iter(names.values())))

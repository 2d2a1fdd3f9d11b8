"""What the lake takes from a statement, in the shape of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import orjson

from analytics.cut import PLAYED_SEGMENTS
from analytics.pseudonyms import Identity, identifier_of, kind_of

if TYPE_CHECKING:
    from analytics.cut import Cut

Json = dict[str, Any]

PERSONS = {"Agent", "Group"}
_NOTHING: Final[Json] = {}
_NO_IDS: list[str] = []
_LENGTH = "https://w3id.org/xapi/video/extensions/length"
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


NO_ACTIVITIES: Final = Activities()


class Result(msgspec.Struct, gc=False):
    """What the columns need of a result.

    Attributes:
        raw: of the score, as are `min`, `max` and `scaled`.
        success: whether it was done well.
        completion: whether it was done.
        duration: ISO 8601.
        played_segments: of a video, in the words of its profile.

    """

    raw: float | None = None
    min: float | None = None
    max: float | None = None
    scaled: float | None = None
    success: bool | None = None
    completion: bool | None = None
    duration: str | None = None
    played_segments: str | None = None


NO_RESULT: Final = Result()


class Context(msgspec.Struct, gc=False):
    """What the columns need of a context.

    Attributes:
        registration: a UUID.
        platform: in the words of the player.
        language: of the session.
        media_seconds: how long the video is that is played.
        activities: ids.

    """

    registration: str | None = None
    platform: str | None = None
    language: str | None = None
    media_seconds: float | None = None
    activities: Activities = NO_ACTIVITIES


NO_CONTEXT: Final = Context()


class Known(NamedTuple):
    """A statement that was cut, and of what comes again and again each time the same objects.

    Attributes:
        cut: all of it, as it is in the log.
        verb: IRI.
        about: JSON of the object.
        activities: JSON of the context's activities, empty if there are none.
        extensions: JSON of the context's extensions, empty if there are none.

    """

    cut: Cut
    verb: str
    about: bytes
    activities: bytes = b""
    extensions: bytes = b""


class Told(msgspec.Struct, gc=False):
    """A statement as the lake may show it.

    Attributes:
        id: its UUID.
        timestamp: when it happened, as it was sent.
        actor: who did it.
        actor_name: their name, if names may be shown.
        verb: IRI.
        about: its object.
        result: how it went.
        context: where it was done.
        authority: who vouches for it.
        text: the whole of it in JSON.
        known: the statement as it is in the log, if it was cut for this.

    """

    id: str
    timestamp: str
    actor: Identity
    actor_name: str | None
    verb: str
    about: About
    result: Result
    context: Context
    authority: Identity | None
    text: bytes
    known: Known | None = None


def tell_all(payload: bytes) -> Told:
    """A statement with all that it says: names, identifiers, what was written."""
    statement = orjson.loads(payload)
    about = statement["object"]
    authority = statement.get("authority")
    is_person = about.get("objectType") in PERSONS
    return Told(
        statement["id"],
        statement["timestamp"],
        _named(statement["actor"]),
        statement["actor"].get("name"),
        statement["verb"]["id"],
        about_person(_named(about)) if is_person else about_activity(about),
        result_of(statement.get("result")),
        context_of(statement.get("context")),
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


def result_of(result: Json | None) -> Result:
    """What the columns need of a `result`."""
    if not result:
        return NO_RESULT
    score = result.get("score") or _NOTHING
    return Result(
        raw=_number(score.get("raw")),
        min=_number(score.get("min")),
        max=_number(score.get("max")),
        scaled=_number(score.get("scaled")),
        success=result.get("success"),
        completion=result.get("completion"),
        duration=result.get("duration"),
        played_segments=_text((result.get("extensions") or _NOTHING).get(PLAYED_SEGMENTS)),
    )


def context_of(context: Json | None) -> Context:
    """What the columns need of a `context`."""
    if not context:
        return NO_CONTEXT
    return Context(
        registration=context.get("registration"),
        platform=context.get("platform"),
        language=context.get("language"),
        media_seconds=media_seconds_of(context.get("extensions")),
        activities=activities_of(context.get("contextActivities")),
    )


def activities_of(activities: Json | None) -> Activities:
    """The ids in a `contextActivities`."""
    if not activities:
        return NO_ACTIVITIES
    return Activities(*(_ids(activities.get(name)) for name in Activities._fields))


def media_seconds_of(extensions: Json | None) -> float | None:
    """How long a video is, by the extensions of a context (xAPI Video Profile 1.0.3)."""
    length = (extensions or _NOTHING).get(_LENGTH)
    if isinstance(length, bool) or not isinstance(length, int | float):
        return None
    return float(length)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _ids(activities: list[Json] | None) -> list[str]:
    return [each["id"] for each in activities] if activities else _NO_IDS


def _in_french(names: Json | None) -> str | None:
    if not names:
        return None
    for language in _LANGUAGES:
        if language in names:
            return str(names[language])
    return str(next(iter(names.values())))

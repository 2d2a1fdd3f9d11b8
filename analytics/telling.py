"""Statements as the lake takes them, fast: 25,000 a second and more.

A statement is cut into its members without looking into them. Most of them are known pieces; what
is left is an id, a time and a small result. One that holds anything out of the ordinary, or a word
that could tell who somebody is, goes through analytics.redaction instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import orjson
from msgspec import UNSET, Raw, UnsetType

from analytics.pieces import Pieces, Unusual
from analytics.redaction import CLOSED, Redactor, drop_response, is_suspicious
from analytics.told import (
    NO_ACTIVITIES,
    PERSONS,
    About,
    Json,
    Told,
    about_activity,
    activities_of,
)

if TYPE_CHECKING:
    from analytics.pseudonyms import Identity, Pseudonyms
    from analytics.told import Activities

_NOTHING: Json = {}
_NUMBERS = {"score", "success", "completion", "duration"}
"""Members of a result that can hold no text."""
_Optional = Raw | UnsetType


class _Context(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The members of a context that are known pieces; one with others goes the long way."""

    registration: str | UnsetType = UNSET
    platform: _Optional = UNSET
    language: _Optional = UNSET
    instructor: _Optional = UNSET
    team: _Optional = UNSET
    contextActivities: _Optional = UNSET  # noqa: N815  # as in the statement
    extensions: _Optional = UNSET


class _Statement(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The members of a statement; one with others, such as attachments, goes the long way."""

    id: str
    actor: Raw
    verb: Raw
    object: Raw
    timestamp: str
    stored: str
    version: str | UnsetType = UNSET
    authority: _Optional = UNSET
    result: _Optional = UNSET
    context: _Context | UnsetType = UNSET


_decode = msgspec.json.Decoder(_Statement).decode


class Teller:
    """Tells statements under pseudonyms.

    Args:
        pseudonyms: what stands for persons.
        free_text: tell what learners wrote.

    """

    def __init__(self, pseudonyms: Pseudonyms, *, free_text: bool) -> None:
        self._free_text = free_text
        self._identity = pseudonyms.identity_in
        self._redact = Redactor(pseudonyms, free_text=free_text).redact
        self._verb = Pieces("verb", _id_of).get
        self._object = Pieces("object", _about).get
        self._activities = Pieces("contextActivities", activities_of).get
        self._platform = Pieces("platform", _as_it_is).get
        self._language = Pieces("language", _as_it_is).get
        self._extensions = Pieces("extensions", _nothing_of).get

    def tell(self, payload: bytes) -> Told:
        """What the lake takes from a statement."""
        try:
            return self._tell(_decode(payload))
        except (Unusual, msgspec.ValidationError):
            return self._redact(payload)

    def _tell(self, raw: _Statement) -> Told:
        actor = self._identity(bytes(raw.actor))
        authority = None if raw.authority is UNSET else self._identity(bytes(raw.authority))
        verb, verb_text = self._verb(bytes(raw.verb))
        about, about_text = self._object(bytes(raw.object))
        result, result_text = self._result(raw.result, about)
        context, activities, around, people = self._context(raw.context)
        rest = b",%b,%b%b%b%b" % (
            *(verb_text, about_text, result_text, _times(raw)),
            b"" if raw.context is UNSET else b',"context":{' + b",".join(around),
        )
        _check(rest, actor, people)
        text = b'{"id":"%b","actor":%b%b%b%b}' % (
            *(raw.id.encode(), actor.text),
            b"" if authority is None else b',"authority":' + authority.text,
            *(rest, b"" if raw.context is UNSET else _close_context(around, people)),
        )
        told = (raw.id, raw.timestamp, actor, None, verb, about, result, context, activities)
        return Told(*told, authority, text)

    def _result(self, raw: _Optional, about: About) -> tuple[Json, bytes]:
        """A result as the columns need it, and its text."""
        if raw is UNSET:
            return _NOTHING, b""
        result: Json = orjson.loads(bytes(raw))
        if not self._free_text and about.interaction not in CLOSED:
            drop_response(result)
        text = orjson.dumps(result)
        if result.keys() - _NUMBERS and is_suspicious(text):
            raise Unusual
        return result, b',"result":' + text

    def _context(
        self, raw: _Context | UnsetType
    ) -> tuple[Json, Activities, list[bytes], list[tuple[bytes, Identity]]]:
        """A context as the columns need it, its activities, its texts, and its people."""
        if raw is UNSET:
            return _NOTHING, NO_ACTIVITIES, [], []
        context: Json = {}
        texts: list[bytes] = []
        activities = NO_ACTIVITIES
        if raw.registration is not UNSET:
            context["registration"] = raw.registration
            texts.append(b'"registration":"%b"' % raw.registration.encode())
        if raw.platform is not UNSET:
            context["platform"], text = self._platform(bytes(raw.platform))
            texts.append(text)
        if raw.language is not UNSET:
            context["language"], text = self._language(bytes(raw.language))
            texts.append(text)
        if raw.contextActivities is not UNSET:
            activities, text = self._activities(bytes(raw.contextActivities))
            texts.append(text)
        if raw.extensions is not UNSET:
            texts.append(self._extensions(bytes(raw.extensions))[1])
        people = [
            (name, self._identity(bytes(person)))
            for name, person in ((b"instructor", raw.instructor), (b"team", raw.team))
            if person is not UNSET
        ]
        return context, activities, texts, people


def _times(raw: _Statement) -> bytes:
    # Valid as they are: nothing in a time or a version needs to be escaped.
    version = b"" if raw.version is UNSET else b',"version":"%b"' % raw.version.encode()
    times = (raw.timestamp.encode(), raw.stored.encode())
    return b',"timestamp":"%b","stored":"%b"%b' % (*times, version)


def _close_context(around: list[bytes], people: list[tuple[bytes, Identity]]) -> bytes:
    """The people of a context, and its end."""
    texts = [b'"%b":%b' % (name, person.text) for name, person in people]
    return (b"," if around and texts else b"") + b",".join(texts) + b"}"


def _check(rest: bytes, actor: Identity, people: list[tuple[bytes, Identity]]) -> None:
    """Raise Unusual if what is told tells who somebody is."""
    for mark in actor.marks:
        if mark in rest:
            raise Unusual
    for _, person in people:
        for mark in person.marks:
            if mark in rest:
                raise Unusual


def _id_of(verb: Json) -> str:
    return str(verb["id"])


def _about(about: Json) -> About:
    if about.get("objectType") in {*PERSONS, "SubStatement"}:
        raise Unusual
    return about_activity(about)


def _as_it_is(word: str) -> str:
    return word


def _nothing_of(_: Json) -> None:
    return None

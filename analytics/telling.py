"""Statements as the lake takes them, fast: 25,000 a second and more.

A statement is cut into its members without looking into them. Most of them are known pieces; what
is left is an id, a time and a small result. One that holds anything out of the ordinary, or a word
that could tell who somebody is, goes through analytics.redaction instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from analytics.cut import NONE, UNCUT, cut, cut_result, cut_watched, text_in
from analytics.pieces import Pieces, Unusual
from analytics.pseudonyms import Identity
from analytics.redaction import CLOSED, Redactor, drop_response, is_suspicious
from analytics.told import (
    NO_CONTEXT,
    NO_RESULT,
    PERSONS,
    About,
    Context,
    Json,
    Known,
    Result,
    Told,
    about_activity,
    activities_of,
    media_seconds_of,
)

if TYPE_CHECKING:
    from analytics.cut import Cut, CutContext, CutResult
    from analytics.pseudonyms import Pseudonyms

_People = tuple[tuple[bytes, Identity], ...]
"""Of a context: the names of the members where they stand, and who they are."""


NOBODY: _People = ()
_CONTEXT = b',"context":{'


class Teller:
    """Tells statements under pseudonyms.

    Args:
        pseudonyms: what stands for persons.
        free_text: tell what learners wrote.

    """

    def __init__(self, pseudonyms: Pseudonyms, *, free_text: bool) -> None:
        self._free_text = free_text
        self._people = pseudonyms.people
        self._redact = Redactor(pseudonyms, free_text=free_text).redact
        self._verbs = Pieces("verb", _id_of)
        self._objects = Pieces("object", _about)
        self._activities = Pieces("contextActivities", activities_of)
        self._platforms = Pieces("platform", str)
        self._languages = Pieces("language", str)
        self._extensions = Pieces("extensions", media_seconds_of)

    def tell(self, payload: bytes) -> Told:
        """What the lake takes from a statement."""
        try:
            return self._tell(cut(payload))
        except (Unusual, UNCUT):
            return self._redact(payload)

    def _tell(self, raw: Cut) -> Told:
        actor = self._people[bytes(raw.actor)]
        verb, verb_text, _ = self._verbs[bytes(raw.verb)]
        about, about_text, about_json = self._objects[bytes(raw.object)]
        result, result_text = NO_RESULT, b""
        if raw.result is not NONE:
            result, result_text = self._result(bytes(raw.result), about)
        context, people, context_text, end = NO_CONTEXT, NOBODY, b"", b""
        pieces = (b"", b"")
        if raw.context is not None:
            context, people, context_text, pieces = self._context(raw.context)
            end = _end_context(people, is_first=len(context_text) == len(_CONTEXT))
        rest = b"".join((verb_text, about_text, result_text, _times(raw), context_text))
        _check(rest, actor, people)
        authority, authority_text = None, b""
        if raw.authority is not NONE:
            authority = self._people[bytes(raw.authority)]
            authority_text = b',"authority":' + authority.text
        start = b'{"id":"%b","actor":%b' % (raw.id.encode(), actor.text)
        text = b"".join((start, authority_text, rest, end, b"}"))
        known = Known(raw, verb, about_json, *pieces)
        told = (raw.id, raw.timestamp, actor, None, verb, about, result, context)
        return Told(*told, authority, text, known)

    def _result(self, raw: bytes, about: About) -> tuple[Result, bytes]:
        """A result as the columns need it, and its text."""
        parts = cut_result(raw)
        played = None
        if parts.extensions is not NONE or parts.response is not NONE:
            if parts.extensions is not NONE:
                played = text_in(bytes(cut_watched(parts.extensions).played_segments))
            raw = self._words(raw, parts, about)
        score = parts.score
        return (
            Result(
                *(score.raw, score.min, score.max, score.scaled),
                *(parts.success, parts.completion, parts.duration, played),
            ),
            b',"result":' + raw,
        )

    def _words(self, raw: bytes, parts: CutResult, about: About) -> bytes:
        """A result that says something in words, without those that are not to be told."""
        is_open = not self._free_text and about.interaction not in CLOSED
        is_answered = parts.response is not NONE or b"/response" in raw
        if b"\\" in raw or (is_open and is_answered):
            result: Json = orjson.loads(raw)
            if is_open:
                drop_response(result)
            raw = orjson.dumps(result)
        if is_suspicious(raw):
            raise Unusual
        return raw

    def _context(self, raw: CutContext) -> tuple[Context, _People, bytes, tuple[bytes, bytes]]:
        """A context as the columns need it, its people, the text of the rest, and its pieces.

        The text is not closed. The pieces are the JSON of the activities and of the extensions.
        """
        context = Context(raw.registration)
        activities = extensions = b""
        texts = []
        if raw.registration is not None:
            texts.append(b',"registration":"%b"' % raw.registration.encode())
        if raw.platform is not NONE:
            context.platform, text, _ = self._platforms[bytes(raw.platform)]
            texts.append(text)
        if raw.language is not NONE:
            context.language, text, _ = self._languages[bytes(raw.language)]
            texts.append(text)
        if raw.contextActivities is not NONE:
            context.activities, text, activities = self._activities[bytes(raw.contextActivities)]
            texts.append(text)
        if raw.extensions is not NONE:
            context.media_seconds, text, extensions = self._extensions[bytes(raw.extensions)]
            texts.append(text)
        people = NOBODY
        if raw.instructor is not NONE:
            people = ((b"instructor", self._people[bytes(raw.instructor)]),)
        if raw.team is not NONE:
            people = (*people, (b"team", self._people[bytes(raw.team)]))
        return context, people, _CONTEXT + b"".join(texts)[1:], (activities, extensions)


def _times(raw: Cut) -> bytes:
    # Valid as they are: nothing in a time or a version needs to be escaped.
    version = f',"version":"{raw.version}"' if raw.version else ""
    return f',"timestamp":"{raw.timestamp}","stored":"{raw.stored}"{version}'.encode()


def _end_context(people: _People, *, is_first: bool) -> bytes:
    """The people of a context, and its end."""
    texts = b",".join(b'"%b":%b' % (name, person.text) for name, person in people)
    return (b"," if texts and not is_first else b"") + texts + b"}"


def _check(rest: bytes, actor: Identity, people: _People) -> None:
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

"""A statement without names, identifiers and free text, whatever it is made of.

Everything is gone through, extensions and all; analytics.telling spares that to those that hold
nothing to be found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from analytics.pseudonyms import identifier_of
from analytics.told import (
    PERSONS,
    Json,
    Told,
    about_activity,
    about_person,
    context_of,
    result_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.pseudonyms import Identity, Pseudonyms

CLOSED = {"true-false", "choice", "sequencing", "likert", "matching", "numeric", "performance"}
"""Interactions with a choice of answers: what was chosen is no text of the learner's."""

_AT = re.compile(rb'@[^\s"@+/\\]+\.[^\s"]')  # each begins with what is found at once
_ESCAPED_AT = re.compile(rb'%40[^\s"@+/\\]+\.[^\s"]')
_ADDRESS = re.compile(
    r"(?:mailto(?::|%3[Aa]))?[\w.!#$&'*+/=?^`{|}~-]{1,64}"
    r"(?<!\+block)(?<!\+type)(?:@|%40)"  # edX names its blocks type@asset+block@file.pdf
    r"[\w-]+(?:\.[\w-]+)+"
)
REMOVED = "removed"
_PROGRAM = ("", "authority")
"""Its account, such as `moodle`, is a word of many addresses: it is not looked for elsewhere."""

Place = tuple[str, str]
"""The member of a statement, or empty, and the member of that in which an Agent stands."""


class Redactor:
    """Takes out of statements what would tell who somebody is.

    Args:
        pseudonyms: what stands there instead.
        free_text: keep what learners wrote (`result.response` of open questions).

    """

    def __init__(self, pseudonyms: Pseudonyms, *, free_text: bool = False) -> None:
        self._pseudonyms = pseudonyms
        self._free_text = free_text

    def redact(self, payload: bytes) -> Told:
        """A statement without names and identifiers, however it is made."""
        statement = orjson.loads(payload)
        if not self._free_text:
            drop_free_text(statement)
        people = self._take_out(statement)
        statement = self._search(statement, people)
        about = people.get(("", "object"))
        told = Told(
            statement["id"],
            statement["timestamp"],
            people["", "actor"],
            None,
            statement["verb"]["id"],
            about_person(about) if about else about_activity(statement["object"]),
            result_of(statement.get("result")),
            context_of(statement.get("context")),
            people.get(_PROGRAM),
            b"",
        )
        for (within, name), identity in people.items():
            (statement[within] if within else statement)[name] = orjson.Fragment(identity.text)
        told.text = orjson.dumps(statement)
        return told

    def _take_out(self, statement: Json) -> dict[Place, Identity]:
        """The Agents where the specification has them; null stands in their places now."""
        people: dict[Place, Identity] = {}
        for name in ("actor", "authority"):
            if name in statement:
                people["", name] = self._pseudonyms.identity(statement[name])
                statement[name] = None
        about = statement["object"]
        if about.get("objectType") in PERSONS:
            people["", "object"] = self._pseudonyms.identity(about)
            statement["object"] = None
        context = statement.get("context")
        if context is not None:
            for name in ("instructor", "team"):
                if name in context:
                    people["context", name] = self._pseudonyms.identity(context[name])
                    context[name] = None
        return people

    def _search(self, statement: Json, people: Mapping[Place, Identity]) -> Json:
        """The statement without whatever looks like an Agent, an address or one of its people."""
        found = [each for place, each in people.items() if place != _PROGRAM]
        found += [self._pseudonyms.identity(each) for each in _agents_in(statement)]
        needles = {needle: each.key or REMOVED for each in found for needle in each.needles}
        longest_first = sorted(needles, key=len, reverse=True)

        def clean_text(text: str) -> str:
            for needle in longest_first:
                text = text.replace(needle, needles[needle])
            return _ADDRESS.sub(self._pseudonym_of_address, text)

        cleaned: Json = self._clean(statement, clean_text, are_words=True)
        cleaned["verb"]["id"] = statement["verb"]["id"]  # what was done tells nobody
        return cleaned

    def _clean(self, value: Any, clean_text: Callable[[str], str], *, are_words: bool) -> Any:  # noqa: ANN401
        """Any JSON without its people.

        Args:
            value: the JSON.
            clean_text: takes them out of a text.
            are_words: members have the names of the specification, as all outside of extensions do.

        """
        if isinstance(value, str):
            return clean_text(value)
        if isinstance(value, list):
            return [self._clean(each, clean_text, are_words=are_words) for each in value]
        if not isinstance(value, dict):
            return value
        if _looks_like_agent(value):
            return orjson.Fragment(self._pseudonyms.identity(value).text)
        return {
            name if are_words else clean_text(name): self._clean(
                each, clean_text, are_words=are_words and name != "extensions"
            )
            for name, each in value.items()
        }

    def _pseudonym_of_address(self, found: re.Match[str]) -> str:
        address = unquote(found[0]).removeprefix("mailto:")
        return self._pseudonyms.of(f"mbox:mailto:{address}")


def drop_free_text(statement: Json) -> None:
    """Take out what a learner wrote: the response to an open question, wherever it is repeated."""
    about = statement["object"]
    if about.get("objectType") == "SubStatement":
        drop_free_text(about)
    result = statement.get("result")
    if not result or (about.get("definition") or {}).get("interactionType") in CLOSED:
        return
    drop_response(result)


def drop_response(result: Json) -> None:
    """Take out of a result what was answered; Moodle's plugin repeats it in an extension."""
    result.pop("response", None)
    extensions = result.get("extensions") or {}
    for name in [each for each in extensions if each.endswith("/response")]:
        del extensions[name]


def is_suspicious(text: bytes) -> bool:
    """Whether JSON may hold an Agent or somebody's address.

    What is escaped without need is not seen: JSON as orjson writes it has none of that.
    """
    return (
        b'"mbox' in text
        or b'"openid"' in text
        or b'"account"' in text
        or b'"Agent"' in text
        or b'"Group"' in text
        or (b"@" in text and _AT.search(text) is not None)
        or (b"%40" in text and _ESCAPED_AT.search(text) is not None)
    )


def _looks_like_agent(value: Json) -> bool:
    return identifier_of(value) is not None or value.get("objectType") in PERSONS


def _agents_in(value: Any) -> list[Json]:  # noqa: ANN401  # any JSON
    if isinstance(value, list):
        return [found for each in value for found in _agents_in(each)]
    if not isinstance(value, dict):
        return []
    if _looks_like_agent(value):
        return [value]
    return [found for each in value.values() for found in _agents_in(each)]

"""What of a statement the translation looks at; the rest is skipped without being decoded.

Members of extensions may hold anything, so they come as raw JSON and are looked into by whoever
needs them. Everything else has been validated before it was stored.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, field

CMI5 = "https://w3id.org/xapi/cmi5"
VIDEO = "https://w3id.org/xapi/video"
PREPOSITIONS = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts"

NONE = Raw(b"")


class Verb(msgspec.Struct, gc=False):
    """A verb by its IRI."""

    id: str


class ContextExtensions(msgspec.Struct, gc=False):
    """Extensions of the context by which dialects are known, or which say more of an event."""

    info: Raw = field(name="http://lrs.learninglocker.net/define/extensions/info", default=NONE)
    platform_event: Raw = field(name="http://vocab.xapi.fr/extensions/platform-event", default=NONE)
    session: Raw = field(name=f"{CMI5}/context/extensions/sessionid", default=NONE)
    move_on: Raw = field(name=f"{CMI5}/context/extensions/moveon", default=NONE)
    enrolment_type: Raw = field(name=f"{EDLM}/context-extensions/enrolment-type", default=NONE)
    about: Raw = field(name=f"{PREPOSITIONS}/for", default=NONE)
    acting_as: Raw = field(name=f"{PREPOSITIONS}/as", default=NONE)
    length: Raw = field(name=f"{VIDEO}/extensions/length", default=NONE)
    player_session: Raw = field(name=f"{VIDEO}/extensions/session-id", default=NONE)


class Context(msgspec.Struct, gc=False):
    """The context; activities and instructor as they were sent."""

    instructor: Raw = NONE
    registration: str = ""
    activities: Raw = field(name="contextActivities", default=NONE)
    extensions: ContextExtensions | None = None


class Score(msgspec.Struct, gc=False):
    """A score: numbers as they were sent, for JSON knows larger ones than `float`."""

    raw: Raw = NONE
    min: Raw = NONE
    max: Raw = NONE
    scaled: Raw = NONE


class ResultExtensions(msgspec.Struct, gc=False):
    """Extensions of the result."""

    progress: Raw = field(name=f"{CMI5}/result/extensions/progress", default=NONE)
    reason: Raw = field(name=f"{CMI5}/result/extensions/reason", default=NONE)
    played_segments: Raw = field(name=f"{VIDEO}/extensions/played-segments", default=NONE)


class Result(msgspec.Struct, gc=False):
    """A result."""

    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    duration: str = ""
    extensions: ResultExtensions | None = None


class Statement(msgspec.Struct, gc=False):
    """A statement of either version of xAPI."""

    actor: Raw
    verb: Verb
    object: Raw
    timestamp: str = ""
    result: Raw = NONE
    context: Context | None = None


class Target(msgspec.Struct, gc=False):
    """The object of a statement, whatever it is, or one of the context's activities."""

    id: str = ""
    object_type: str = field(name="objectType", default="Activity")
    definition: Raw = NONE


class Definition(msgspec.Struct, gc=False):
    """Of a definition, the type."""

    type: str = ""


class ContextActivities(msgspec.Struct, gc=False):
    """The context's activities of three kinds, as they were sent."""

    parent: Raw = NONE
    grouping: Raw = NONE
    category: Raw = NONE


read_statement = msgspec.json.Decoder(Statement).decode
read_extensions = msgspec.json.Decoder(ContextExtensions).decode
read_result = msgspec.json.Decoder(Result).decode
read_target = msgspec.json.Decoder(Target).decode
read_definition = msgspec.json.Decoder(Definition).decode
read_context_activities = msgspec.json.Decoder(ContextActivities).decode
_read_list = msgspec.json.Decoder(list[Raw]).decode
_read_text = msgspec.json.Decoder(str).decode


def places_in(statement: Statement) -> tuple[bytes, bytes]:
    """Return the JSON of the object and of the context's activities, empty if there are none."""
    context = statement.context
    return bytes(statement.object), bytes(context.activities) if context else b""


def listed(raw: Raw) -> list[bytes]:
    """Return each activity as JSON; xAPI 1.0 allows one that is not in a list (Data 2.4.6.2)."""
    value = bytes(raw)
    if value[:1] == b"[":
        return [bytes(each) for each in _read_list(value)]
    return [value] if value else []


def text_in(raw: Raw) -> str:
    """Return the text that a member of extensions holds, empty if it is none or no text."""
    value = bytes(raw)
    if value[:1] != b'"':
        return ""
    return _read_text(value)


def number_in(raw: Raw) -> float | None:
    """Return the number that a member holds, None if it is none or no number.

    A number that is too large for `float` is infinite.
    """
    value = bytes(raw)
    if value[:1] not in _FIRST_OF_A_NUMBER:
        return None
    return float(value)


_FIRST_OF_A_NUMBER = frozenset(bytes([byte]) for byte in b"-0123456789")


def without_nul(text: str) -> str:
    """Text for a column: PostgreSQL has none with U+0000, which names of accounts may hold."""
    return text.replace("\0", "\ufffd")

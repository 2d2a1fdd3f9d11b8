"""A statement cut into its members, without looking into them: 2 us instead of 8 for the whole.

What a statement rarely has, such as attachments, is no member here: such a statement can't be cut,
and whoever wants it reads all of it.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

PLAYED_SEGMENTS: Final = "https://w3id.org/xapi/video/extensions/played-segments"
"""Extension of a result (xAPI Video Profile 1.0.3)."""

NONE: Final = Raw(b"")
"""A member that is not there."""

UNCUT: Final = msgspec.ValidationError
"""What `cut` and `cut_result` raise for a statement with other members."""


class CutContext(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A context: its registration, and its other members as they were sent."""

    registration: str | None = None
    platform: Raw = NONE
    language: Raw = NONE
    instructor: Raw = NONE
    team: Raw = NONE
    contextActivities: Raw = NONE  # noqa: N815  # as in the statement
    extensions: Raw = NONE


class Cut(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A statement: its texts, and its other members as they were sent."""

    id: str
    actor: Raw
    verb: Raw
    object: Raw
    timestamp: str
    stored: str
    version: str = ""
    authority: Raw = NONE
    result: Raw = NONE
    context: CutContext | None = None


class CutScore(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """A score."""

    raw: float | None = None
    min: float | None = None
    max: float | None = None
    scaled: float | None = None


NO_SCORE: Final = CutScore()


class CutWatched(msgspec.Struct, gc=False):
    """Of the extensions of a result, what was watched of a video."""

    played_segments: Raw = msgspec.field(name=PLAYED_SEGMENTS, default=NONE)


class CutResult(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A result; what it may say in words, as it was sent."""

    score: CutScore = NO_SCORE
    success: bool | None = None
    completion: bool | None = None
    duration: str | None = None
    response: Raw = NONE
    extensions: Raw = NONE


cut = msgspec.json.Decoder(Cut).decode
cut_watched = msgspec.json.Decoder(CutWatched).decode
cut_result = msgspec.json.Decoder(CutResult).decode
_read_text = msgspec.json.Decoder(str).decode


def text_in(raw: bytes) -> str | None:
    """The text that a member of extensions is; None if it is none or no text."""
    return _read_text(raw) if raw[:1] == b'"' else None

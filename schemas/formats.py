"""Strings with a form: identifiers, hashes, durations, timestamps.

The patterns are those of the JSON Schema file `json/formats.json`, so that a query
parameter is held to the same standard as a statement (XAPI-00012).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from schemas.definitions import FORMATS
from schemas.errors import InvalidValue, Problem, quoted

if TYPE_CHECKING:
    from schemas.versions import Version

_PATTERNS: Final = {name: re.compile(form["pattern"]) for name, form in FORMATS.items()}

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def is_iri(text: str) -> bool:
    """Tell whether `text` is an IRI with a scheme, as well as a pattern can (Data 2.2)."""
    return _PATTERNS["iri"].fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in standard string form, of any version (Data 4.4)."""
    return _PATTERNS["uuid"].fullmatch(text) is not None


def is_duration(text: str) -> bool:
    """Tell whether `text` is an ISO 8601 duration of form 4.4.3.2 (Data 4.6)."""
    return _PATTERNS["duration"].fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """Tell whether `text` is a well-formed RFC 5646 language tag (Data 4.2)."""
    return _PATTERNS["languageTag"].fullmatch(text) is not None


def is_mbox(text: str) -> bool:
    """Tell whether `text` is `mailto:` and one e-mail address (XAPI-00038)."""
    return _PATTERNS["mbox"].fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    """Tell whether `text` is a hex-encoded SHA-1 hash (XAPI-00039)."""
    return _PATTERNS["sha1"].fullmatch(text) is not None


def parse_timestamp(text: str, version: Version) -> datetime:
    """Return the instant that `text` names, in UTC, cut to microseconds.

    1.0.3 takes ISO 8601 (without a time zone it means UTC), 2.0.0 takes RFC 3339. What
    lies outside the years 1 to 9999 of UTC becomes the nearest instant inside. Source:
    Data 4.5, XAPI-00123. Raises InvalidValue.
    """
    name = f"timestamp-{version}"
    if _PATTERNS[name].fullmatch(text) is None:
        rule = f"{quoted(text)} is not {FORMATS[name]['description']}"
        raise InvalidValue(Problem("$", rule, "XAPI-00123"))
    return _in_utc(moment(text))


def moment(text: str) -> datetime:
    """Return the date and time in a text that has the form of a timestamp of either version.

    A leap second is the first moment after it. Raises InvalidValue for one where there
    can be none and for days that are not in the calendar.
    """
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return _leap_second(text)


def _leap_second(text: str) -> datetime:
    at = 17 if text[4] == "-" else 13
    if text[at : at + 2] == "60":
        before = _in_utc(moment(f"{text[:at]}59{text[at + 2 :]}"))
        after = before + min(timedelta(seconds=1), _LATEST - before)
        # Leap seconds come at the end of a month in UTC.
        if (after.day == 1 and after.time().replace(microsecond=0) == time.min) or after == _LATEST:
            return after
    rule = f"{quoted(text)} is not in the calendar"
    raise InvalidValue(Problem("$", rule, "XAPI-00123"))


def _in_utc(local: datetime) -> datetime:
    if local.tzinfo is None:
        return local.replace(tzinfo=UTC)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return _EARLIEST if local.year == 1 else _LATEST

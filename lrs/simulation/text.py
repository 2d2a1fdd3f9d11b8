"""JSON as the different senders write it."""

from __future__ import annotations

import json
from functools import lru_cache

PLATFORM = "https://lms.example"
"""The address of the simulated Moodle."""

LANGUAGE = "fr"


def dumps(value: object) -> str:
    """Compact JSON with accents as they are: players and vendors."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def php(value: object) -> str:
    r"""JSON as PHP's `json_encode` writes it by default: `\/` and `\u00e9`."""
    return escaped(json.dumps(value, separators=(",", ":")))


def escaped(text: str) -> str:
    r"""JSON with slashes as PHP writes them: `\/`."""
    return text.replace("/", "\\/")


quoted = lru_cache(maxsize=1024)(php)
"""The same for texts that come again and again, such as names of verbs and events."""


def verb(iri: str, display: str = "", language: str = "en") -> dict[str, object]:
    """A verb, without display if none is given."""
    return {"id": iri, "display": {language: display}} if display else {"id": iri}


def activity(
    iri: str, type_: str, name: str = "", language: str = LANGUAGE, **definition: object
) -> dict[str, object]:
    """An activity with its type, named if a name is given, and more of its definition."""
    named = {"name": {language: name}} if name else {}
    about = {"type": type_, **named, **definition}
    return {"objectType": "Activity", "id": iri, "definition": about}


def seconds(milliseconds: int) -> str:
    """An ISO 8601 duration, such as `PT64.03S`."""
    return f"PT{milliseconds / 1000:.3f}".rstrip("0").rstrip(".") + "S"

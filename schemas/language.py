"""Choose the one language of a Language Map that a reader understands best."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# One element of Accept-Language: a language range, and its weight (RFC 9110, 12.5.4).
_RANGE: Final = re.compile(
    r"[ \t]*(\*|[A-Za-z]{1,8}(?:-(?:[A-Za-z0-9]{1,8}|\*))*)[ \t]*"
    r"(?:;[ \t]*[qQ][ \t]*=[ \t]*([01](?:\.[0-9]*)?)[ \t]*)?"
)
_UNDETERMINED: Final = "und"


def parse_accept_language(header: str | None) -> list[str]:
    """Return the language ranges of an Accept-Language header, the most wanted first.

    What cannot be understood is skipped, and so is what has the weight 0.
    """
    if not header:
        return []
    matches = map(_RANGE.fullmatch, header.split(","))
    weighted = [(float(match[2] or 1), match[1]) for match in matches if match]
    wanted = [(weight, tag) for weight, tag in weighted if weight > 0]
    return [tag for _, tag in sorted(wanted, key=lambda one: -one[0])]


def choose(language_map: dict[str, str], preferences: Sequence[str]) -> dict[str, str]:
    """Return the entry of `language_map` that suits `preferences` best, as a map of its own.

    By the lookup of RFC 4647, 3.4: the ranges in their order, each shortened from its end
    until a tag equals it or, failing that, starts with it. When nothing suits: the entry
    `und`, or else the first. Source: Communication 2.1.3, XAPI-00172.
    """
    if len(language_map) < 2:  # noqa: PLR2004 - nothing to choose from
        return dict(language_map)
    tags = {tag.lower(): tag for tag in language_map}
    wanted = (_lookup(preference.lower(), tags) for preference in preferences)
    chosen = next(filter(None, wanted), None) or tags.get(_UNDETERMINED) or next(iter(language_map))
    return {chosen: language_map[chosen]}


def _lookup(preference: str, tags: dict[str, str]) -> str | None:
    for prefix in _prefixes(preference):
        if prefix in tags:
            return tags[prefix]
        for tag, spelling in tags.items():
            if tag.startswith(f"{prefix}-"):
                return spelling
    return None


def _prefixes(preference: str) -> Iterator[str]:
    """Yield a language range, and what is left of it as its last subtags are taken away."""
    subtags = [subtag for subtag in preference.split("-") if subtag != "*"]
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:  # a singleton only introduces what is gone
            subtags.pop()

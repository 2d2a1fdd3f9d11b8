"""Entity tags, as If-Match and If-None-Match list them (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import re

# The end is optional, so that no text is looked at twice: what lacks it is no tag.
_TAGS = re.compile(r'((?:W/)?"[^"]*"|[^",\s]+)(?:\s*(,|$))?')


def weak_tags(header: str) -> set[str]:
    """Entity tags of a header without regard to weakness, as If-None-Match compares them."""
    return {tag.removeprefix("W/") for tag in entity_tags(header)}


def entity_tags(header: str) -> tuple[str, ...]:
    """Entity tags of a header; a tag that lost its quotes on the way gets them back."""
    found = [match[1] for match in _TAGS.finditer(header) if match[2] is not None]
    return tuple(tag if tag == "*" or tag.endswith('"') else f'"{tag}"' for tag in found)

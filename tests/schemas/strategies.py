"""Random JSON, and random ways to write it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]

# What escapes and counting could stumble over, and a few ordinary characters.
CHARACTERS = 'ab:" \\/\u0000\u001f\u007fé😀{}[],'
TEXTS = st.text(CHARACTERS, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=6,
)
"""A JSON value, parsed."""


def _spellings(character: str) -> list[str]:
    """Return the ways in which JSON can spell a character of a string."""
    plain = json.dumps(character, ensure_ascii=False)[1:-1]
    units = character.encode("utf-16-be").hex()
    escaped = "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
    return [plain, escaped, escaped.upper().replace("U", "u")]


def _strings(characters: str, max_size: int) -> Texts:
    spellings = [spelling for one in characters for spelling in _spellings(one)]
    return st.lists(st.sampled_from([*spellings, "\\/"]), max_size=max_size).map(
        lambda parts: f'"{"".join(parts)}"'
    )


def _arrays(values: Texts) -> Texts:
    return st.lists(_spaced(values), max_size=3).map(lambda parts: f"[{','.join(parts)}]")


def _objects(values: Texts) -> Texts:
    members = st.tuples(_spaced(_strings("a:", 2)), st.just(":"), _spaced(values)).map("".join)
    return st.lists(members, max_size=3).map(lambda parts: f"{{{','.join(parts)}}}")


def _spaced(texts: Texts) -> Texts:
    return st.tuples(SPACES, texts, SPACES).map("".join)


SPACES = st.sampled_from(["", "", " ", "\r\n", "\t "])
NUMBERS = st.sampled_from(
    ["0", "-0", "1", "1.0", "10e-1", "1E5", "0.1000000000000000055", "12345678901234567890123"]
)
WRITTEN_VALUES = st.recursive(
    st.sampled_from(["null", "true", "false"]) | NUMBERS | _strings(CHARACTERS, 4),
    lambda values: _arrays(values) | _objects(values),
    max_leaves=6,
)
"""JSON text of any value, in which an object may name a member twice."""
WRITTEN_OBJECTS = _objects(WRITTEN_VALUES)


def names_a_member_twice(text: str) -> bool:
    """Tell, by Python's own JSON reader, whether any object in `text` does."""
    twice = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal twice
        twice |= len(dict(pairs)) < len(pairs)

    json.loads(text, object_pairs_hook=look)
    return twice

"""The language of a map that a reader gets (XAPI-00172)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.language import choose, parse_accept_language

TAGS = st.sampled_from(["fr", "fr-FR", "FR-ca", "en", "en-GB", "zh-Hant-TW", "zh", "und", "x-a"])


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        (None, []),
        ("", []),
        ("fr", ["fr"]),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ["fr-CH", "fr", "en", "de", "*"]),
        ("en;q=0.1,fr;q=0.9", ["fr", "en"]),
        ("en,fr", ["en", "fr"]),
        ("en;q=0,fr", ["fr"]),
        ("en ; Q=1.000 , fr ; q = 0.5", ["en", "fr"]),
        ("zh-Hant-*", ["zh-Hant-*"]),
        ("en;q=2, fr;q=x, de;level=1, it, ;;,, q=1, é", ["it"]),
        ("en\n", []),
    ],
)
def test_accept_language_is_read_by_weight(header: str | None, ranges: list[str]) -> None:
    assert parse_accept_language(header) == ranges


@given(st.text())
def test_no_header_is_an_error(header: str) -> None:
    assert all(parse_accept_language(header))


@pytest.mark.parametrize(
    ("tags", "preferences", "chosen"),
    [
        ("en-US en-GB", ["en-GB"], "en-GB"),
        ("en-US en-GB", ["EN-gb"], "en-GB"),
        ("en fr", ["fr-CA"], "fr"),
        ("en fr-FR", ["fr"], "fr-FR"),
        ("en fr-FR", ["fr-CA"], "fr-FR"),
        ("en frr", ["fr"], "en"),
        ("en zh-Hant", ["zh-Hant-CN-x-private1"], "zh-Hant"),
        ("en zh-Hant-TW", ["zh-*-TW", "en"], "zh-Hant-TW"),
        ("de en", ["fr", "en"], "en"),
        ("de und en", ["fr"], "und"),
        ("de en", ["fr"], "de"),
        ("de en", [], "de"),
        ("de en", ["*"], "de"),
        ("en", ["fr"], "en"),
    ],
)
def test_language_is_found_by_lookup(tags: str, preferences: list[str], chosen: str) -> None:
    language_map = {tag: f"in {tag}" for tag in tags.split()}
    assert choose(language_map, preferences) == {chosen: f"in {chosen}"}


def test_empty_map_stays_empty() -> None:
    assert choose({}, ["fr"]) == {}


@given(st.dictionaries(TAGS, st.text(), min_size=1), st.lists(TAGS | st.just("*")))
def test_exactly_one_entry_of_the_map_is_chosen(
    language_map: dict[str, str], preferences: list[str]
) -> None:
    chosen = choose(language_map, preferences)
    assert len(chosen) == 1
    assert chosen.items() <= language_map.items()

"""Editing the members of an object leaves the others' text alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import InvalidJson
from schemas.members import join, merge_objects, slices, splice
from tests.schemas.strategies import SPACES, WRITTEN_OBJECTS, WRITTEN_VALUES

NAMES = st.sampled_from(["", "a", ":", "a:", "id", "stored", "é"])
ADDED = st.dictionaries(NAMES, WRITTEN_VALUES.map(str.encode), max_size=3)


@given(WRITTEN_OBJECTS)
def test_slices_are_the_values_and_join_puts_them_together(text: str) -> None:
    parts = slices(text.encode())
    assert {name: json.loads(part) for name, part in parts.items()} == json.loads(text)
    assert all(part in text.encode() for part in parts.values())
    assert slices(join(parts)) == parts


@given(WRITTEN_OBJECTS, SPACES, ADDED)
def test_adding_keeps_the_clients_text(text: str, space: str, added: dict[str, bytes]) -> None:
    assume(not added.keys() & json.loads(text).keys())
    spliced = splice((space + text + space).encode(), (), added)
    assert spliced.startswith((space + text).rstrip().removesuffix("}").encode())
    assert slices(spliced) == slices(text.encode()) | added


@given(WRITTEN_OBJECTS, st.sets(NAMES, min_size=1), ADDED)
def test_dropping_keeps_the_text_of_the_other_values(
    text: str, dropped: set[str], added: dict[str, bytes]
) -> None:
    spliced = splice(text.encode(), dropped | added.keys(), added)
    kept = {name: part for name, part in slices(text.encode()).items() if name not in dropped}
    assert slices(spliced) == kept | added


@pytest.mark.parametrize("raw", [b"{}", b" {  } ", b"{\n}"])
def test_first_member_comes_without_a_comma(raw: bytes) -> None:
    assert json.loads(splice(raw, (), {"id": b'"x"'})) == {"id": "x"}


def test_nothing_to_do_is_the_same_text() -> None:
    assert splice(b' {"a" : 1.0} ', (), {}) == b' {"a" : 1.0} '


def test_order_spacing_and_digits_survive() -> None:
    raw = b'{ "z": 0.10000000000000000001, "stored":"x",\t"a":[1 ,2 ] }'
    assert (
        splice(raw, ("stored",), {"id": b"7"}) == b'{"z":0.10000000000000000001,"a":[1 ,2 ],"id":7}'
    )


@given(WRITTEN_OBJECTS, WRITTEN_OBJECTS)
def test_merge_takes_the_new_value_where_both_have_one(old: str, new: str) -> None:
    merged = slices(merge_objects(old.encode(), new.encode()))
    assert merged == slices(old.encode()) | slices(new.encode())


def test_merge_is_only_at_the_top_and_exact() -> None:
    merged = merge_objects(b'{"a":{"x":1},"n":1.000}', b'{ "a" : {"y": 2} }')
    assert merged == b'{"a":{"y": 2},"n":1.000}'


@pytest.mark.parametrize("other", [b"[]", b"1", b"", b"{", b'{"a":\xff}', b'{"a":"\xff"}', b"x"])
def test_merge_refuses_what_is_no_json_object(other: bytes) -> None:
    with pytest.raises(InvalidJson):
        merge_objects(b"{}", other)
    with pytest.raises(InvalidJson):
        merge_objects(other, b"{}")

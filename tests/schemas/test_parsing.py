"""Strict JSON in, batches apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidJson, InvalidStatement
from schemas.parsing import parse, split_batch
from tests.schemas.strategies import (
    SPACES,
    WRITTEN_OBJECTS,
    WRITTEN_VALUES,
    names_a_member_twice,
)


@given(WRITTEN_VALUES)
def test_what_is_parsed_has_no_member_twice_and_nothing_is_lost(text: str) -> None:
    if names_a_member_twice(text):
        with pytest.raises(InvalidJson, match="twice"):
            parse(text.encode())
    else:
        assert parse(text.encode()) == json.loads(text, parse_int=float)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a" :1,"a"\n:2}',
        '{"a":1,"\\u0061":2}',
        '{"a":1,"a":":"}',
        '{"a":1,"a":"\\u003a"}',  # writing this again adds the colon that the member took
        '{"a":1,"a":"\\u003A"}',
        '{"a":1,"a":"\\"\\u003a"}',
        '{"a":"::","a":"\\u003a\\u003a\\u003a"}',
        '{"a":"\\u0022:","a":"\\":"}',
        '{"a\\\\":1,"a\\u005c":2}',
        '{"":1,"":2}',
        '{"a":1,"b":2,"a":3}',
        '[{"b":{"a":1,"a":2}}]',
        '{"x":[[{"a":1}],[{"a":1,"a":1}]]}',
        '{"a":{"a":{"a":1,"a":2}}}',
        '{"é":1,"\\u00e9":2}',
        '{"😀":1,"\\ud83d\\ude00":2}',
    ],
)
def test_duplicate_member_is_refused_however_it_is_written(text: str) -> None:
    with pytest.raises(InvalidJson, match="occurs twice"):
        parse(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '{"a":":","b":"\\u003a"}',
        '{"a\\u003a":1,"a":2}',
        '{"a":1,"A":2}',
        '{"é":1,"e\u0301":2}',
        '{"a":{"a":1},"b":[{"a":1},{"a":1}]}',
        '{"a" : "http:\\/\\/x" }',
    ],
)
def test_members_that_differ_are_no_duplicates(text: str) -> None:
    assert parse(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{}x",
        b"{'a':1}",
        b'{"a":1,}',
        b"[1,]",
        b"NaN",
        b"[Infinity]",
        b"01",
        b"1.",
        b"+1",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'"\\ud83d\\u0061"',
        b'"\x00"',
        b'"\n"',
        b'"\\x"',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b"1e400",
        b"-1e999999999",
        b"1" * 400,
        b"// x\n1",
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidJson, match="not JSON"):
        parse(raw)


@pytest.mark.parametrize(
    "text", ["12345678901234567890123", "0.12345678901234567890123", "1e-400", "-0", '"\\u0000"']
)
def test_big_and_precise_values_are_accepted(text: str) -> None:
    assert parse(text.encode()) == pytest.approx(json.loads(text))


@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ('{"a" : [', "]}")]
)
@pytest.mark.parametrize("limit", [2, 100, 200])
def test_depth_is_limited(opening: str, closing: str, limit: int) -> None:
    levels = len(closing)
    deepest = limit // levels
    parse(f"{opening * deepest}1{closing * deepest}".encode(), limit)
    with pytest.raises(InvalidJson, match=f"deeper than {limit} levels"):
        parse(f"{opening * (deepest + 1)}1{closing * (deepest + 1)}".encode(), limit)


@pytest.mark.parametrize("count", [101, 300, 900, 1010, 1100, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('{"a":1,"a":', "}")])
def test_hostile_depth_is_refused_and_exhausts_nothing(
    opening: str, closing: str, count: int
) -> None:
    with pytest.raises(InvalidJson):
        parse(f"{opening * count}1{closing * count}".encode())


def test_many_shallow_values_are_no_depth() -> None:
    wide = {f"a{i}": [[i]] for i in range(500)}
    assert parse(json.dumps(wide).encode()) == wide


def test_duplicate_among_many_members_is_found_at_once() -> None:
    members = [f'"{i}":0' for i in range(100_000)]
    with pytest.raises(InvalidJson, match='"99999" occurs twice'):
        parse(f"{{{','.join(members)},{members[-1]}}}".encode())


def test_single_statement_is_a_batch_of_one() -> None:
    assert split_batch(b' {"a" : 1.0}\r\n') == [b'{"a" : 1.0}']


@given(st.lists(WRITTEN_OBJECTS, max_size=4), SPACES)
def test_batch_splits_into_the_exact_text_of_its_statements(texts: list[str], space: str) -> None:
    body = space + "[" + ",".join(space + text + space for text in texts) + "]" + space
    assert split_batch(body.encode()) == [text.encode() for text in texts]


def test_empty_batch_is_legal() -> None:
    assert split_batch(b" [ ] ") == []


@pytest.mark.parametrize("element", ["1", '"x"', "null", "[]", "[{}]", "true"])
def test_element_that_is_no_object_is_named_by_its_place(element: str) -> None:
    with pytest.raises(InvalidStatement) as caught:
        split_batch(f'[{{}}, {{"a":1}}, {element}]'.encode())
    assert [problem.path for problem in caught.value.problems] == ["$[2]"]


@pytest.mark.parametrize("body", [b"", b"x", b"1", b'"[]"', b"null"])
def test_body_that_is_neither_object_nor_array_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidStatement, match=r"\$: "):
        split_batch(body)


@pytest.mark.parametrize(
    "body", [b"[", b"[{]", b"[{},]", b"[{}]x", b"[{}", b"[" * 100_000, b'[{"a":01}]']
)
def test_array_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJson):
        split_batch(body)

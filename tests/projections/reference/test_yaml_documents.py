"""Files are read with the line of each value, and what could be misread is refused."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.reference.problems import Refused
from projections.reference.yaml_documents import line_of, read_document, write_document

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)  # YAML takes 1024 bytes
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=20,
)


def test_words_and_numbers_mean_what_they_mean_in_yaml_1_2() -> None:
    raw = b"a: no\nb: 2026-01-31\nc: 1:30\nd: 0x10\ne: 1e3\nf:\ng: on\nh: true\ni: -2.5\nj: '1'\n"
    assert read_document(raw).value == {
        "a": "no",
        "b": "2026-01-31",
        "c": "1:30",
        "d": "0x10",
        "e": 1000.0,
        "f": None,
        "g": "on",
        "h": True,
        "i": -2.5,
        "j": "1",
    }


def test_every_value_has_its_line_or_that_of_what_is_around_it() -> None:
    raw = textwrap.dedent("""\
        # courses
        courses:
          - id: a
            modules:
              - {id: b,
                 "odd name": c}
        """)
    lines = read_document(raw.encode()).lines
    places = ["$", "$.courses", "$.courses[0]", "$.courses[0].modules", "$.courses[0].modules[0]"]
    assert [lines[place] for place in places] == [2, 2, 3, 4, 5]
    assert lines['$.courses[0].modules[0]["odd name"]'] == 6
    assert line_of(lines, "$.courses[0].modules[0].minutes") == 5
    assert line_of(lines, "$.badges") == 2
    assert line_of({}, "$.badges[3].id") == 0


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read_document(write_document(value).encode()).value == value


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_json_is_read_as_json(value: object, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001
    # Control characters stand escaped in JSON, except those that YAML takes for the end of a line.
    text = json.dumps([value], ensure_ascii=ascii_only, indent=indent)
    if not any(c in text for c in "\x7f\x85\u2028\u2029\ufeff\ufffe\uffff") and text.isprintable():
        assert read_document(text.encode()).value == [value]


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (b"a: [", ["2: this is not YAML: did not find expected node content"]),
        (b"a: &x [1]\nb: *x", ["1: $.b: aliases are not known here: write it out"]),
        (b"a: 1\nb: 2\na: 2", ["3: $.a: this key is here twice"]),
        (b"1: 3\n? [1]\n: 3", ["1: $: a key has to be a text", "2: $: a key has to be a text"]),
        (b"a: b\nc: \xff", ["2: this is not UTF-8"]),
        (b"a: 1\n---\nb: 2", ["2: this is not YAML: but found another document"]),
        (b"[" * 10_000, ["1: this is not YAML: exceeded maximum nesting depth"]),
    ],
)
def test_what_could_be_misread_is_refused_by_its_line(raw: bytes, problems: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_document(raw)
    assert [str(each) for each in refused.value.problems] == problems


@pytest.mark.parametrize("raw", [b"[" * 150 + b"]" * 150, b"a: \x01"])
def test_what_no_parser_should_take_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read_document(raw)

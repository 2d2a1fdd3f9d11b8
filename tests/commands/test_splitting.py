"""A stream of JSON in any layout is split into exactly the texts that it holds."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.importing import splitting
from lrs.importing.splitting import SplitError, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Json = dict[str, Any]

LIMIT_BYTES = 1 << 20

# What a splitter might take for something else.
texts = st.one_of(
    st.text(max_size=8),
    st.text(alphabet='{}[]",:\\/ \n\r\tnu0é\u2028😀', max_size=12),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=4)


class Drip:
    """A stream that gives a few bytes at a time, whatever is asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def read(self, _: int, /) -> bytes:
        """Give the next ones."""
        return self._stream.read(self._size)


def pieces(data: bytes, size: int = 1 << 20) -> list[bytes]:
    """Split data that come in portions."""
    return [element.text for element in split(Drip(data, size), LIMIT_BYTES)]


def write(value: object, indent: int | None, *, ascii_only: bool) -> bytes:
    """Write a JSON value."""
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )


layouts: dict[str, Callable[[list[bytes]], bytes]] = {
    "lines": b"\n".join,
    "lines of Windows": lambda them: b"".join(one + b"\r\n" for one in them),
    "an array": lambda them: b"[" + b",".join(them) + b"]",
    "an array with a line for each": lambda them: b"[\n" + b",\n".join(them) + b"\n]\n",
    "an array and another": lambda them: (
        b"[%b]\n[%b]" % (b", ".join(them[:2]), b",".join(them[2:]))
    ),
    "an array, then lines": lambda them: b"[%b]\n%b" % (b",".join(them[:1]), b"\n".join(them[1:])),
    "after a byte order mark": lambda them: b"\xef\xbb\xbf" + b"\n".join(them),
    "lines that end in commas": lambda them: b",\n".join(them) + b",\n",
}


@given(
    them=st.lists(objects, max_size=6),
    layout=st.sampled_from(list(layouts)),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
    size=st.sampled_from([1, 2, 7, 1 << 20]),
)
def test_every_layout_is_split_into_the_texts_that_it_was_made_of(
    them: list[Json], layout: str, indent: int | None, *, ascii_only: bool, size: int
) -> None:
    written = [write(one, indent, ascii_only=ascii_only) for one in them]
    assert pieces(layouts[layout](written), size) == written


@given(deep=st.integers(1, 300), opening=st.sampled_from([b"[", b'{"a":']))
def test_nesting_of_any_depth_stays_together(deep: int, opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    text = b'{"x":' + opening * deep + b"1" + closing * deep + b"}"
    assert pieces(b"[" + text + b"," + text + b"]", 100) == [text, text]


def test_each_element_has_the_line_where_it_begins() -> None:
    data = b'\n{"a":\n1}\n[\n{"b":2},{"c":3},\n\n{"d":4}\n]\n{"e":5}'
    lines = [(element.line, element.text[:4]) for element in split(io.BytesIO(data), LIMIT_BYTES)]
    assert lines == [(2, b'{"a"'), (5, b'{"b"'), (5, b'{"c"'), (7, b'{"d"'), (9, b'{"e"')]


@pytest.mark.parametrize(
    "cut",
    [b'{"a": "b', b'{"a": {"b": 1}', b'{"a": {"b": 1', b'{"a"', b"{", b'{"a": [1, 2'],
)
def test_a_line_that_is_cut_off_takes_no_other_with_it(cut: bytes) -> None:
    assert pieces(b'{"x":1}\n' + cut + b'\n{"y":2}\n{"z":3}') == [
        b'{"x":1}',
        cut,
        b'{"y":2}',
        b'{"z":3}',
    ]


def test_lines_between_that_are_no_json_are_yielded_by_themselves() -> None:
    assert pieces(b'{"x":1}\nno json, at all\n{"y":2}') == [
        b'{"x":1}',
        b"no json, at all",
        b'{"y":2}',
    ]


def test_elements_of_an_array_that_are_no_objects_are_yielded_too() -> None:
    assert pieces(b'[1, "a", null, [1, [2]], {"x": 1}]') == [
        b"1",
        b'"a"',
        b"null",
        b"[1, [2]]",
        b'{"x": 1}',
    ]


@pytest.mark.parametrize("end", [b"", b',{"b":', b',{"b": "c', b","])
def test_an_array_that_breaks_off_is_told_after_what_came_before(end: bytes) -> None:
    elements = split(io.BytesIO(b'[\n{"a":1}' + end), LIMIT_BYTES)
    assert next(elements).text == b'{"a":1}'
    with pytest.raises(SplitError, match="array that begins on line 1 breaks off on line 2"):
        list(elements)


@pytest.mark.parametrize("data", [b"<html>", b"a,b\n1,2\n", b'"text"', b"\xff\xfe{\x00}\x00"])
def test_what_is_no_json_is_told_at_once(data: bytes) -> None:
    with pytest.raises(SplitError, match=r"not JSON|UTF-16"):
        pieces(data)


def test_nothing_is_nothing() -> None:
    assert pieces(b"") == pieces(b" \n") == pieces(b"[]") == pieces(b"[ ]\n[]") == []


@pytest.mark.parametrize("opening", [b"[", b""])
def test_an_element_without_end_does_not_fill_the_memory(opening: bytes) -> None:
    endless = Endless(opening + b'{"a": "', b"x" * 1000)
    with pytest.raises(SplitError, match=f"over {LIMIT_BYTES} bytes"):
        list(split(endless, LIMIT_BYTES))
    assert endless.given_bytes < 8 * LIMIT_BYTES


class Endless:
    """A stream that begins and repeats itself."""

    def __init__(self, first: bytes, again: bytes) -> None:
        self._first = first
        self._again = again
        self.given_bytes = 0

    def read(self, size: int, /) -> bytes:
        """Give about as many bytes as asked for."""
        first, self._first = self._first, b""
        data = first + self._again * (size // len(self._again))
        self.given_bytes += len(data)
        return data


def test_memory_holds_a_chunk_of_an_array_and_not_the_array(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splitting, "CHUNK_BYTES", 1 << 14)
    statement = b'{"a":"%b"},' % (b"x" * 1000)
    array = Endless(b"[", statement)
    elements: Iterator[object] = split(array, LIMIT_BYTES)
    tracemalloc.start()
    try:
        for _ in range(5000):
            next(elements)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert array.given_bytes > 5_000_000
    assert peak_bytes < 500_000

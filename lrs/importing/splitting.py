"""Splitting a stream of JSON into its statements, without reading them.

A stream holds JSON lines, or one or several arrays, in any layout. What is yielded is the exact
text of each array element and of each value outside of an array; whether it is a statement is for
others to say. Memory holds one chunk and the statement that it ends in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES = 1 << 20

_UTF_8 = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATING = b" \t\r\n,"
_SEPARATORS = re.compile(rb"[ \t\r\n,]*+")
_UP_TO_SEPARATOR = re.compile(rb"[^,\]\n]++|\]")


def _filler(depth: int) -> bytes:
    """Text that need not be looked at to find the end of a value.

    That is strings, what holds no bracket, and objects and arrays nested up to `depth`, closed.
    Possessive throughout: nothing is ever tried twice.
    """
    string = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
    plain = rb'[^"{}\[\]]*+'
    nested = rb"|[{\[]" + _filler(depth - 1) + rb"[}\]]" if depth else b""
    return plain + rb"(?:(?:" + string + nested + rb")" + plain + rb")*+"


_FILLER = re.compile(_filler(3))  # deeper brackets are counted one by one
_STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


class Readable(Protocol):
    """A binary stream."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


class Element(NamedTuple):
    """A piece of the stream that should be a statement."""

    line: int  # where it begins, from 1
    text: bytes


class SplitError(Exception):
    """The rest of the stream cannot be split; what came before has been yielded."""


class _Unclosed(Exception):
    """The brackets or the string that begin here are not closed where they have to be."""


def split(stream: Readable, limit_bytes: int) -> Iterator[Element]:
    """Yield the elements of a stream in order.

    A line that is cut off is yielded as it is, to be refused, and the next line follows.

    Args:
        stream: UTF-8, with or without a byte order mark.
        limit_bytes: an element that is longer is taken for one that never ends.

    Raises:
        SplitError: an array is not closed, or the stream is no JSON at all.

    """
    window = _Window(stream, limit_bytes)
    window.skip_byte_order_mark()
    while byte := window.next_byte():
        if byte == b"[":
            yield from _elements_of_array(window)
        elif byte == b"{":
            yield window.take(_end_of_object(window))
        elif window.is_at_start:
            raise SplitError(f"this is not JSON: it starts with {byte.decode('latin-1')!r}")
        else:
            yield window.take(window.end_of_line())


def _elements_of_array(window: _Window) -> Iterator[Element]:
    opened = window.line
    window.take(1)
    while byte := window.next_byte():
        if byte == b"]":
            window.take(1)
            return
        try:
            element = window.take(window.end_of_value())
        except _Unclosed:
            yield window.take(window.end_of_line())
            break
        yield element
    raise SplitError(f"the array that begins on line {opened} breaks off on line {window.line}")


def _end_of_object(window: _Window) -> int:
    """End of the line if that looks like a whole object, else where its brackets are closed."""
    end = window.end_of_line()
    line = window.text(end).rstrip(_SEPARATING)
    if line.endswith(b"}") and line.count(b"{") == line.count(b"}"):
        return len(line)
    try:
        return window.end_of_value()
    except _Unclosed:
        return end


class _Window:
    """The part of a stream that is being looked at. Ends of things are counted from its start."""

    def __init__(self, stream: Readable, limit_bytes: int) -> None:
        self._stream = stream
        self._limit_bytes = limit_bytes
        self._data = b""
        self._start = 0
        self.line = 1
        self.is_at_start = True

    def skip_byte_order_mark(self) -> None:
        """Leave out the three bytes that some systems write before UTF-8."""
        while len(self._data) < len(_UTF_8) and self._read_more():
            continue
        if self._data.startswith(_UTF_16):
            raise SplitError("this is UTF-16: convert it to UTF-8 first")
        self._start = len(_UTF_8) if self._data.startswith(_UTF_8) else 0

    def next_byte(self) -> bytes:
        """First byte that is no white space and no comma, now at the start; empty at the end."""
        while True:
            match = _SEPARATORS.match(self._data, self._start)
            assert match is not None  # noqa: S101  # it matches nothing, too
            self._advance(match.end())
            if self._start < len(self._data):
                return self._data[self._start : self._start + 1]
            if not self._read_more():
                return b""

    def text(self, end: int) -> bytes:
        """What lies before `end`."""
        return self._data[self._start : self._start + end]

    def take(self, end: int) -> Element:
        """Move on to `end`; what lay before."""
        element = Element(self.line, self.text(end))
        self._advance(self._start + end)
        self.is_at_start = False
        return element

    def end_of_line(self) -> int:
        """End of the current line, its line feed left out."""
        searched = 0
        while (found := self._data.find(b"\n", self._start + searched)) < 0:
            searched = len(self._data) - self._start
            if not self._read_more():
                return searched
        return found - self._start

    def end_of_value(self) -> int:
        """End of the object or array that starts here; of anything else, the next separator."""
        if self._data[self._start : self._start + 1] not in _STEP:
            match = _UP_TO_SEPARATOR.match(self._data, self._start)
            return match.end() - self._start if match else 1
        return self._end_of_brackets()

    def _end_of_brackets(self) -> int:
        depth = at = 1  # the first bracket is open
        while True:
            match = _FILLER.match(self._data, self._start + at)
            assert match is not None  # noqa: S101  # it matches nothing, too
            at = match.end() - self._start
            byte = self._data[match.end() : match.end() + 1]
            if step := _STEP.get(byte):
                depth += step
                at += 1
                if not depth:
                    return at
            elif b"\n" in self._data[match.end() :] or not self._read_more():
                raise _Unclosed  # a string has no line feed, and no value ends with the stream

    def _advance(self, to: int) -> None:
        self.line += self._data.count(b"\n", self._start, to)
        self._start = to

    def _read_more(self) -> bool:
        """Read on, the more the longer the element is, so that none is looked at too often."""
        kept = len(self._data) - self._start
        if kept > self._limit_bytes:
            raise SplitError(f"what begins on line {self.line} has over {self._limit_bytes} bytes")
        more = self._stream.read(max(CHUNK_BYTES, kept))
        self._data = self._data[self._start :] + more
        self._start = 0
        return bool(more)

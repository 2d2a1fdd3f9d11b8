"""Pieces of statements that come again and again: verbs, activities, what a platform adds.

A piece is parsed, searched and written once, and then known by its bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from analytics.redaction import is_suspicious

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_REMEMBERED_BYTES = 8_000_000  # of JSON, for each kind of piece; some four times that in all


class Unusual(Exception):
    """A part of a statement that may hold an Agent or an address, or is of a rare kind."""


class Pieces(dict[bytes, tuple[T, bytes, bytes]], Generic[T]):
    """Pieces of one kind, by their JSON: what the columns need, the member as it is told, the JSON.

    That JSON is always the same object, which knows its hash: others can look it up for little.
    Asking for an unknown one reads it, and raises Unusual if it can't be told as it is.

    Args:
        name: of the member that they are.
        read: makes of JSON what the columns need; raises Unusual.

    """

    __slots__ = ("_bytes", "_name", "_read")

    def __init__(self, name: str, read: Callable[[Any], T]) -> None:
        self._name = b',"%b":' % name.encode()
        self._read = read
        self._bytes = 0

    def __missing__(self, raw: bytes) -> tuple[T, bytes, bytes]:
        value = orjson.loads(raw)
        text = orjson.dumps(value)
        if is_suspicious(text):
            raise Unusual
        piece = (self._read(value), self._name + text, raw)
        if self._bytes > MOST_REMEMBERED_BYTES:
            self.clear()
            self._bytes = 0
        self[raw] = piece
        self._bytes += len(raw)
        return piece

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

MOST_REMEMBERED_BYTES = 32_000_000  # of JSON, for each kind of piece; some three times that in all


class Unusual(Exception):
    """A part of a statement that may hold an Agent or an address, or is of a rare kind."""


class Pieces(Generic[T]):
    """Pieces of one kind, remembered.

    Args:
        name: of the member that they are.
        read: makes of JSON what the columns need; raises Unusual.

    """

    def __init__(self, name: str, read: Callable[[Any], T]) -> None:
        self._name = b'"%b":' % name.encode()
        self._read = read
        self._known: dict[bytes, tuple[T, bytes]] = {}
        self._bytes = 0

    def get(self, raw: bytes) -> tuple[T, bytes]:
        """What the columns need of a piece, and the whole member in JSON. Raises Unusual."""
        return self._known.get(raw) or self._make(raw)

    def _make(self, raw: bytes) -> tuple[T, bytes]:
        value = orjson.loads(raw)
        text = orjson.dumps(value)
        if is_suspicious(text):
            raise Unusual
        piece = (self._read(value), self._name + text)
        if self._bytes > MOST_REMEMBERED_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known[raw] = piece
        self._bytes += len(raw)
        return piece

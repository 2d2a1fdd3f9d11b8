"""Arrays as PostgreSQL takes them, packed at once: psycopg handles each element in Python."""

from __future__ import annotations

import struct
from array import array
from sys import byteorder
from typing import Any

from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format
from typing_extensions import override

INT8, BYTEA, TEXT = types["int8"], types["bytea"], types["text"]
_EIGHT = array("i", struct.pack("!i", 8))  # bytes of a number, as they are sent
_length = struct.Struct("!i").pack


class Packed(bytes):
    """An array as it is sent."""


class Int8s(Packed):
    """An array of whole numbers."""


class Byteas(Packed):
    """An array of bytes."""


class Texts(Packed):
    """An array of texts."""


_ARRAYS: dict[type[Packed], int] = {
    Int8s: INT8.array_oid,
    Byteas: BYTEA.array_oid,
    Texts: TEXT.array_oid,
}


def _dumper_of(kind: type[Packed]) -> type[Dumper]:
    class PackedDumper(Dumper):
        format = Format.BINARY
        oid = _ARRAYS[kind]

        @override
        def dump(self, obj: Packed) -> bytes:
            return obj

    return PackedDumper


DUMPERS = {kind: _dumper_of(kind) for kind in _ARRAYS}
"""How psycopg is to take packed arrays: as they are."""


def packed(values: list[Any]) -> list[Any] | Packed:
    """A list, packed if its elements are of one kind for which that is known."""
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return values
    (kind,) = kinds
    if kind is int:
        return _int8s(values)
    if kind is bytes:
        return Byteas(_array(BYTEA.oid, values))
    if kind is str:
        return Texts(_array(TEXT.oid, [value.encode() for value in values]))
    return values


def _int8s(values: list[int]) -> Int8s:
    numbers = array("q", values)
    if byteorder == "little":
        numbers.byteswap()
    halves, count = array("i", numbers.tobytes()), len(numbers)
    body = array("i", bytes(12 * count))  # of each: its length, its halves
    body[0::3] = _EIGHT * count
    body[1::3], body[2::3] = halves[0::2], halves[1::2]
    return Int8s(_array_head(INT8.oid, count) + body.tobytes())


def _array(oid: int, values: list[bytes]) -> bytes:
    """An array of values as they are sent one by one."""
    lengths = set(map(len, values))
    if len(lengths) == 1:
        length = _length(lengths.pop())
        return b"".join((_array_head(oid, len(values)), length, length.join(values)))
    parts = [part for value in values for part in (_length(len(value)), value)]
    return b"".join([_array_head(oid, len(values)), *parts])


def _array_head(oid: int, count: int) -> bytes:
    """One dimension, no nulls, the type of the elements, how many, from the first."""
    return struct.pack("!5i", 1, 0, oid, count, 1)

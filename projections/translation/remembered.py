"""Answers worth keeping, as long as there are not too many of them."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Remembered(dict[Key, Value]):
    """A dictionary that starts afresh when it is full: as fast as a dictionary, but bounded."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: Key, value: Value) -> Value:
        """Remember `value` under `key` and return it."""
        if len(self) >= self._most:
            self.clear()
        self[key] = value
        return value

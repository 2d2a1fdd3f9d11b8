"""Which statements of full segments have a key, remembered in the process.

A full segment gets no index rows of its own statements any more (`statements.bitmaps`), so what was
read once stays right.
"""

from __future__ import annotations

from time import monotonic

MOST_BYTES = 8 << 20
"""Of each of two generations, unless more is given."""
ENTRY_BYTES = 150
"""What an entry takes beside its bits."""


ASK_SECONDS = 1.0
"""How often it is looked up which segments are full; what is not known to be, is not remembered."""


class Masks:
    """Bits of statements by key and segment; safe to share between threads.

    Args:
        most_bytes: of each of two generations.

    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self.last_full = -1
        self._asked = -ASK_SECONDS
        self._young: dict[tuple[int, int], int] = {}
        self._old: dict[tuple[int, int], int] = {}
        self._bytes = 0

    def can_hold(self, keys: int, bytes_each: int) -> bool:
        """Whether there is room for bitmaps of so many keys in all full segments."""
        return keys * (self.last_full + 1) * (ENTRY_BYTES + bytes_each) <= self._most_bytes

    def is_asking_due(self) -> bool:
        """Whether it should be looked up again which segments are full; then it is."""
        now = monotonic()
        if now - self._asked < ASK_SECONDS:
            return False
        self._asked = now
        return True

    def note_full(self, segment: int) -> None:
        """The segment has its bitmaps, and so have those before it."""
        self.last_full = max(self.last_full, segment)

    def get(self, key: int, segment: int) -> int | None:
        """Which statements of the segment have the key, if it is remembered."""
        place = (key, segment)
        mask = self._young.get(place)
        if mask is None and (mask := self._old.get(place)) is not None:
            self._keep(place, mask)
        return mask

    def keep(self, key: int, segment: int, mask: int) -> None:
        """Remember what was read after the segment was known to be full; of others, nothing."""
        if segment <= self.last_full:
            self._keep((key, segment), mask)

    def _keep(self, place: tuple[int, int], mask: int) -> None:
        self._young[place] = mask
        self._bytes += ENTRY_BYTES + mask.bit_length() // 8
        if self._bytes > self._most_bytes:
            self._old, self._young, self._bytes = self._young, {}, 0

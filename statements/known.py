"""Which statements have a key, remembered in the process.

What is remembered stays right: a full segment gets no index rows of its own statements any more
(`statements.sealing`), and statements become visible in the order of their positions, each with all
index rows of its own. So what was read of a key up to the head of the log is read once.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import NamedTuple

from pyroaring import BitMap64

from statements.segments import Window, segment_of, segment_size

MOST_BYTES = 48 << 20
"""Of memory. All verbs, or all courses, take two bytes a statement at most."""
KEY_BYTES, CONTAINER_BYTES, POSITION_BYTES = 500, 64, 2
"""What is taken by a key, by a container of its bitmap, and by a position in that, at most."""

FILLED = 7 / 8
"""Of what it may take. The rest is for what was not foreseen."""

ASK_SECONDS = 1.0
"""How often it is looked up what is sealed."""
SETTLED_SECONDS = 2.0
"""After which a statement is visible on all shards."""


class Known:
    """Which statements have a key themselves, as far as that is known.

    It is known from `start` to `through`, both included, and of some full segments before. Safe to
    share between threads: positions are added before it is said that they are known.

    Args:
        start: position.
        through: the head of the log when it was read.
        settled: behind this position some statements may become visible later, on all shards of a
            distributed engine.
        positions: of the statements from `start` on.

    """

    def __init__(self, start: int, through: int, settled: int, positions: BitMap64) -> None:
        self.start = start
        self.through = through
        self.settled = settled
        self.positions = positions
        self.segments = BitMap64()
        self.counted = 0
        """Bytes that a memory knows of."""

    def came(self, positions: BitMap64, through: int, settled: int) -> None:
        """These came since; now it is known up to another head of the log."""
        self.positions |= positions
        self.through = max(self.through, through)
        self.settled = max(self.settled, settled)

    def begins(self, start: int, positions: BitMap64) -> None:
        """These come right before; now it is known from an earlier start."""
        self.positions |= positions
        self.start = min(self.start, start)

    def has(self, segments: BitMap64, positions: BitMap64) -> None:
        """These are in some full segments; now it is known of these."""
        self.positions |= positions
        self.segments |= segments

    def missing(self, window: Window) -> BitMap64:
        """Segments of a window of which it is not known, up to the head of the log."""
        low, high = window.within(Window(0, self.start - 1))
        if low > high:
            return BitMap64()
        return BitMap64(range(segment_of(low), segment_of(high) + 1)) - self.segments

    def full(self) -> tuple[BitMap64, BitMap64]:
        """Full segments of which it is known, and positions: of those, and maybe others."""
        first, end = segment_of(self.start - 1) + 1, segment_of(self.settled + 1)
        return self.segments | BitMap64(range(first, end)), self.positions

    def gap(self) -> float:
        """Positions from one statement to the next, on average; 1 at least."""
        covered = self.through - self.start + 1 + len(self.segments) * segment_size()
        return max(1, covered / max(1, len(self.positions)))

    def size(self) -> int:
        """Bytes that it takes, about."""
        return KEY_BYTES + size_of(self.positions)


class Sealed(NamedTuple):
    """What has all its bitmaps, from the start of the log on."""

    segments: int
    spans: int


class Memory:
    """What is known, by key; what was not used for longest is forgotten. Threads may share it.

    Args:
        most_bytes: that it may take.

    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self.sealed = Sealed(0, 0)
        self._asked = -ASK_SECONDS
        self.settled = -1
        """A head of the log that was seen some seconds ago."""
        self._seen = (monotonic(), -1)  # a moment, and the head that was seen then
        self._lock = Lock()
        self._known: dict[int, Known] = {}  # what was used last comes last
        self._bytes = 0

    def can_hold(self, statements: int) -> bool:
        """Whether there is room for keys of which each of so many statements has one."""
        return statements * POSITION_BYTES <= self._most_bytes

    def is_asking_due(self) -> bool:
        """Whether it should be looked up again what is sealed; then it is."""
        now = monotonic()
        if now - self._asked < ASK_SECONDS:
            return False
        self._asked = now
        return True

    def note_sealed(self, sealed: Sealed) -> None:
        """That was looked up; what is sealed stays so."""
        self.sealed = Sealed(*map(max, self.sealed, sealed))

    def note_head(self, head: int) -> None:
        """That was the last position of the log a moment ago."""
        now = monotonic()
        moment, before = self._seen
        if now - moment >= SETTLED_SECONDS:
            self.settled, self._seen = before, (now, head)

    def get(self, key: int) -> Known | None:
        """What is remembered of a key."""
        with self._lock:
            known = self._known.pop(key, None)
            if known is not None:
                self._known[key] = known
            return known

    def keep(self, key: int, known: Known) -> None:
        """Remember that in the place of what was before, unless it takes half of all room."""
        with self._lock:
            before = self._known.pop(key, None)
            self._bytes -= before.counted if before else 0
            known.counted = known.size()
            if not self._is_too_much(known.counted):
                self._known[key] = known
                self._bytes += known.counted
                self._forget()

    def has_room(self, known: Known, positions: BitMap64) -> bool:
        """Whether some positions more of one key leave room for others."""
        return not self._is_too_much(known.size() + size_of(positions))

    def is_filled(self) -> bool:
        """Whether there is little room left."""
        return self._bytes > FILLED * self._most_bytes

    def grew(self, key: int, known: Known) -> None:
        """More is known of a key than before."""
        with self._lock:
            if self._known.get(key) is known:
                more = known.size() - known.counted
                known.counted += more
                self._bytes += more
                self._forget()

    def _is_too_much(self, size: int) -> bool:
        return 2 * size > self._most_bytes

    def _forget(self) -> None:
        while self._bytes > self._most_bytes:
            self._bytes -= self._known.pop(next(iter(self._known))).counted


def size_of(positions: BitMap64) -> int:
    """Bytes that some positions take, about."""
    of = positions.get_statistics()
    content = of["n_bytes_array_containers"] + of["n_bytes_bitset_containers"]
    return CONTAINER_BYTES * of["n_containers"] + content + of["n_bytes_run_containers"]

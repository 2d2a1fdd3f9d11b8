"""A lock between the processes of one machine."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zlib import crc32

from statements.connection import Held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_TIME_BYTES = 8


class FileLock:
    """A lock between processes, let go by the kernel when its holder dies.

    It queues writers, where SQLite's own lock makes them poll, and a reader can look whether it is
    free. A look leaves its time in the file: whoever holds the lock later must give later times,
    even if the clock was set back in between.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None
        self._looking: int | None = None
        self._doing: int | None = None
        self._guard = threading.Lock()

    @contextmanager
    def exclusive(self, *, at_once: bool = False) -> Iterator[None]:
        """Hold the lock.

        Raises:
            Held: somebody else does, and it was to be had `at_once`.

        """
        self._held = self._held or self._open()
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0))
        except BlockingIOError:
            raise Held from None
        try:
            yield
        finally:
            fcntl.flock(self._held, fcntl.LOCK_UN)

    @contextmanager
    def alone(self, doing: bytes) -> Iterator[bool]:
        """Whether no other process is doing this. It has nothing to do with who holds the lock."""
        with self._guard:
            file = self._doing = self._doing or self._open()
        place = _TIME_BYTES + crc32(doing)  # of a byte that need not be there
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, place)

    def look(self, now: int) -> int | None:
        """The latest time at which anybody saw the lock free, now included; None if it is held.

        Another process that looks at this very moment counts as holding it, and so does anything
        that keeps the time from being written, such as a full disk: nobody would keep the promise.
        """
        with self._guard:
            self._looking = self._looking or self._open()
            try:
                fcntl.flock(self._looking, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            try:
                seen = max(now, _read(self._looking))
                os.pwrite(self._looking, seen.to_bytes(_TIME_BYTES, "big"), 0)
            except OSError:
                return None
            finally:
                fcntl.flock(self._looking, fcntl.LOCK_UN)
            return seen

    def last_seen_free(self) -> int:
        """The latest time of a look, for whoever holds the lock; 0 if there was none."""
        self._held = self._held or self._open()
        return _read(self._held)

    def close(self) -> None:
        """Give the files back."""
        for descriptor in (self._held, self._looking, self._doing):
            if descriptor is not None:
                os.close(descriptor)
        self._held = self._looking = self._doing = None

    def _open(self) -> int:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _read(descriptor: int) -> int:
    return int.from_bytes(os.pread(descriptor, _TIME_BYTES, 0), "big")

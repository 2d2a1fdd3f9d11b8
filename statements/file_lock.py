"""A lock between the processes of one machine."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FileLock:
    """A lock between processes, let go by the kernel when its holder dies.

    It queues writers, where SQLite's own lock makes them poll, and it can be looked at without
    taking it: that tells readers whether an append is under way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None
        self._looking: int | None = None
        self._guard = threading.Lock()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock."""
        self._held = self._held or self._open()
        fcntl.flock(self._held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._held, fcntl.LOCK_UN)

    def is_free(self) -> bool:
        """Whether nobody holds it now."""
        with self._guard:
            self._looking = self._looking or self._open()
            try:
                fcntl.flock(self._looking, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            fcntl.flock(self._looking, fcntl.LOCK_UN)
            return True

    def close(self) -> None:
        """Give the files back."""
        for descriptor in (self._held, self._looking):
            if descriptor is not None:
                os.close(descriptor)
        self._held = self._looking = None

    def _open(self) -> int:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

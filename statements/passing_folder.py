"""Temporary folders that go with their process, even with one that is killed.

Whoever makes one holds a lock on it, which the kernel lets go when the process ends, however it
ends: a folder without its lock is nobody's, and the next that is made of its kind takes it away.
systemd-tmpfiles goes by the same locks (https://systemd.io/TEMPORARY_DIRECTORIES/).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import weakref
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Self

_ONLY_A_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class PassingFolder:
    """A new folder, until the block, the object or the process ends.

    Args:
        prefix: what folders of its kind are called by; those that are nobody's go.
        parent: where it is made; by default where the system has temporary files.

    """

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        remove_abandoned(prefix, parent)
        held = None
        while held is None:  # somebody may take it away before it is locked
            self.name = mkdtemp(prefix=prefix, dir=parent)
            held = _hold(self.name)
        self._end = weakref.finalize(self, _remove, self.name, held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with all that is in it, once."""
        self._end()


def remove_abandoned(prefix: str, parent: Path | None = None) -> None:
    """Remove the folders of a kind whose processes are gone; those of the living stay.

    What can't be removed is left for another time, what is another account's for its owner.
    """
    for path in Path(parent or gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            held = _hold(str(path))
            if held is not None:
                _remove(str(path), held)


def _hold(path: str) -> int | None:
    """Lock a folder of ours; None if somebody else has it, or had it and removed it."""
    try:
        held = os.open(path, _ONLY_A_FOLDER)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(held)
        if found.st_uid == os.geteuid() and os.path.samestat(found, Path(path).stat()):
            return held
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(held)
    return None


def _remove(path: str, held: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(held)

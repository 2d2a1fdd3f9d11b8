"""The lake as its one writer has it: segments are staged, named in the manifest, put in place.

    _segments/statements/...  where a segment is written; in a folder it stays there while it lasts
    statements/month=...      what every engine may read by its path: the segments of the manifest
    _trash/<time>/...         superseded ones of a bucket

The manifest decides. What a crash leaves between two steps is put right by `settle`, which places
files as the manifest says, and is the last step of every commit as well. Old segments go before
new ones come: who reads by path never counts a row twice.

In a folder a segment has two names (hard links), and loses the second one when it is superseded:
whoever reads by the manifest goes on by the first until the time of grace is over. A bucket knows
no second names: there segments are moved.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analytics.errors import LakeBusy, LakeChanged
from analytics.manifest import Manifest, Table, read_manifest, write_manifest
from analytics.segments import SegmentWriter
from statements.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyarrow import Schema

    from analytics.manifest import Segment
    from analytics.store import Store

STAGED = "_segments/"
TRASH = "_trash/"
NEXT = ".next"
"""Ends the name of a table that is built to replace one; until then its segments are staged."""


@contextmanager
def alone(lock_file: Path) -> Iterator[None]:
    """Be the only process of this machine that holds the lock; the kernel frees it after a crash.

    Raises:
        LakeBusy: another one holds it.

    """
    lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise LakeBusy("another export or erasure is running") from None
    finally:
        os.close(descriptor)


@dataclass
class Lake:
    """A lake to write to, by one process at a time.

    Args:
        store: where it lies.

    """

    store: Store

    def __post_init__(self) -> None:
        """Take up the lake where its last writer left it."""
        self.manifest = read_manifest(self.store)
        self.settle()

    @property
    def generation(self) -> int:
        """Of the state that the next commit makes; goes into the names of new segments."""
        return self.manifest.generation + 1

    def stage(self, path: str, schema: Schema) -> SegmentWriter:
        """A new segment, which is to have this path."""
        return SegmentWriter(self.store, STAGED, path, schema)

    def commit(self, **tables: Table) -> None:
        """Make these tables part of the lake, in place of those that had their names.

        Raises:
            LakeChanged: somebody else has written; nothing has happened.

        """
        self.replace(self.manifest.tables | tables)

    def replace(self, tables: dict[str, Table]) -> None:
        """Make these tables the lake. Raises LakeChanged as `commit` does."""
        self._write(replace(self.manifest, tables=tables))

    def note_erased(self, erased: str) -> None:
        """Say that these erasures have taken effect everywhere. Raises LakeChanged likewise."""
        self._write(replace(self.manifest, erased=erased))

    def _write(self, manifest: Manifest) -> None:
        found = read_manifest(self.store).generation
        if found != self.manifest.generation:
            raise LakeChanged(f"state {found} was written by somebody else")
        manifest = replace(manifest, generation=self.generation, written=now())
        write_manifest(self.store, manifest)
        self.manifest = manifest
        self.settle()

    def settle(self) -> None:
        """Put every file where the manifest says it is. What is in no table's folder stays."""
        files = {each.path for each in self.store.list("")}
        live, _ = _paths(self.manifest)
        folders = tuple(f"{name}/" for name in filter(is_live, self.manifest.tables))
        for path in sorted(each for each in files - live if each.startswith(folders)):
            self.store.withdraw(path, f"{TRASH}{int(time.time())}/{path}")
        for path in sorted(live - files):
            self.store.place(STAGED + path, path)

    def whereabouts(self, segment: Segment) -> str:
        """Path at which a segment of any table of the manifest can be read now."""
        live, _ = _paths(self.manifest)
        return segment.path if segment.path in live else STAGED + segment.path

    def empty_trash(self, grace_seconds: float) -> None:
        """Remove what was superseded, or never used, longer ago than that; if 0, all of it."""
        # A bucket's clock may be ahead of ours: what has to go at once is not asked for its time.
        limit = time.time() - grace_seconds if grace_seconds else inf
        live, awaited = _paths(self.manifest)
        kept = {STAGED + path for path in live | awaited}
        for each in self.store.list(STAGED.rstrip("/")):
            if each.path not in kept and each.changed <= limit:
                self.store.delete(each.path)
        for each in self.store.list(TRASH.rstrip("/")):
            if int(each.path.split("/")[1]) <= limit:
                self.store.delete(each.path)


def locate(store: Store, manifest: Manifest) -> dict[str, str]:
    """Where each segment for readers is for as long as possible."""
    live, _ = _paths(manifest)
    if store.is_local:
        return {path: STAGED + path for path in sorted(live)}
    # The manifest may be written and the last move not yet made.
    files = {each.path for each in store.list("")}
    return {path: path if path in files else STAGED + path for path in sorted(live)}


def is_live(name: str) -> bool:
    """Whether a table is for readers."""
    return not name.endswith(NEXT)


def _paths(manifest: Manifest) -> tuple[set[str], set[str]]:
    """Paths of the segments that are in place, and of those that wait for their table."""
    live: set[str] = set()
    awaited: set[str] = set()
    for name, table in manifest.tables.items():
        (live if is_live(name) else awaited).update(_path(each) for each in table.segments)
    return live, awaited


def _path(segment: Segment) -> str:
    return segment.path

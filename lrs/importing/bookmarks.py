"""How far another record store has been read, so that a later import goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Bookmark(NamedTuple):
    """A place in the other store's list."""

    since: str  # all that was stored there up to this moment has been taken in
    statement_id: str  # one of those: if it is not in our store, that is not the store it was


class BookmarkFile:
    """The bookmark of one source, in a file; a lost one costs time, never a statement.

    Args:
        directory: of all bookmarks.
        endpoint: of the other store.
        key: two keys may see different statements.

    """

    def __init__(self, directory: Path, endpoint: str, key: str) -> None:
        name = hashlib.sha256(f"{endpoint}\n{key}".encode()).hexdigest()[:32]
        self._path = directory / f"{name}.json"
        self._endpoint = endpoint

    def read(self) -> Bookmark | None:
        """The bookmark, if there is a legible one."""
        try:
            kept = json.loads(self._path.read_bytes())
            return Bookmark(kept["since"], kept["statement_id"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write(self, bookmark: Bookmark) -> None:
        """Replace the bookmark, in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        written = self._path.with_suffix(f".{os.getpid()}.tmp")
        written.write_text(json.dumps({"endpoint": self._endpoint} | bookmark._asdict()))
        written.replace(self._path)

    def remove(self) -> None:
        """Begin at the beginning again."""
        self._path.unlink(missing_ok=True)

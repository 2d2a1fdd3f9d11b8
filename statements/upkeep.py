"""What has to be done beside the appends, by a thread of its own, so that the writer need not."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from statements.errors import Unavailable
from statements.sealing import seal_next

if TYPE_CHECKING:
    from statements.database import Database

WAKE_STATEMENTS = 1_000
"""Appended, and there is something to do: some 10 MB for a checkpoint, a part of a segment."""
BREATH_SECONDS = 0.003
"""After each millisecond of sealing: else it and the event loop fight for the interpreter."""
SEALING = b"sealing"
"""What one process does for all. Not the name of a lock for writing: that is held for a moment."""

logger = logging.getLogger(__name__)


class Upkeep:
    """Checkpoints what was appended, and seals segments: when it starts, and as they fill.

    Nothing depends on it but speed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._appended = 0  # statements since it was woken
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._wake.set()
        self._thread.start()

    def note(self, statements: int) -> None:
        """So many statements were appended. To be called in one thread."""
        self._appended += statements
        if self._appended >= WAKE_STATEMENTS:
            self._appended = 0
            self._wake.set()

    def close(self) -> None:
        """Stop the thread after what it is at."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while self._wake.wait() and not self._closing.is_set():
            self._wake.clear()
            try:
                self._database.checkpoint()
                self._seal()
            except Unavailable as error:
                logger.warning("upkeep will be done later: %s", error)
            except Exception:
                logger.exception("upkeep failed")

    def _seal(self) -> None:
        with self._database.alone(SEALING) as alone:  # another process does it for this one, too
            while alone and not self._closing.is_set():
                if not seal_next(self._database, self._breathe):
                    break

    def _breathe(self) -> None:
        self._closing.wait(BREATH_SECONDS)

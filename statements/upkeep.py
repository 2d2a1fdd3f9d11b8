"""What has to be done beside the appends, by a thread of its own, so that the writer need not."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from statements.errors import Unavailable
from statements.preload import preload, sealed_segments
from statements.sealing import seal_next

if TYPE_CHECKING:
    from collections.abc import Iterator

    from statements.database import Database
    from statements.known import Memory

WAKE_STATEMENTS = 1_000
"""Appended, and there is something to do: some 10 MB for a checkpoint, a part of a segment."""
BREATH_SECONDS = 0.003
"""After each millisecond of sealing: else it and the event loop fight for the interpreter."""
IDLE_SECONDS = 5.0
"""After which it looks at what other processes have done."""
SEALING = b"sealing"
"""What one process does for all. Not the name of a lock for writing: that is held for a moment."""

logger = logging.getLogger(__name__)


class Upkeep:
    """Checkpoints what was appended, and seals segments: when it starts, and as they fill.

    It also fills the memory of the process when segments were sealed by whomever. Nothing depends
    on it but speed.
    """

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory
        self._loaded = 0  # segments, when memory was filled
        self._loading: Iterator[object] = iter(())
        self._appended = 0  # statements since it was woken
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Start the thread."""
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
        while not self._closing.is_set():
            try:
                self._database.checkpoint()
                self._seal()
                self._preload()
            except Unavailable as error:
                logger.warning("upkeep will be done later: %s", error)
            except Exception:
                logger.exception("upkeep failed")
            self._wake.wait(IDLE_SECONDS)
            self._wake.clear()

    def _seal(self) -> None:
        with self._database.alone(SEALING) as alone:  # another process does it for this one, too
            while alone and not self._closing.is_set():
                if not seal_next(self._database, self._breathe):
                    break

    def _preload(self) -> None:
        sealed = self._database.read(sealed_segments)
        if sealed > self._loaded:
            self._loaded, self._loading = sealed, preload(self._database, self._memory)
        for _ in self._loading:
            self._breathe()
            if self._wake.is_set():
                break  # something else comes first, then it goes on

    def _breathe(self) -> None:
        self._closing.wait(BREATH_SECONDS)

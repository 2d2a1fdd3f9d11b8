"""The thread that writes the bitmaps of segments as they fill (`statements.bitmaps`)."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from statements import bitmaps
from statements.errors import Unavailable

if TYPE_CHECKING:
    from statements.database import Database

BREATH_SECONDS = 0.05
"""Between two segments, when there are many to catch up with: requests come first."""

logger = logging.getLogger(__name__)


class Sealer:
    """Seals the segments that are full when it starts, and those that fill later.

    Nothing depends on it but the speed of queries with several frequent values.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._appended = 0  # statements since it last looked
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._wake.set()
        self._thread.start()

    def note(self, statements: int) -> None:
        """So many statements were appended. To be called in one thread."""
        self._appended += statements
        if self._appended >= 1 << bitmaps.SEGMENT_BITS:
            self._appended = 0
            self._wake.set()

    def close(self) -> None:
        """Stop the thread after the segment at hand."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while self._wake.wait() and not self._closing.is_set():
            self._wake.clear()
            try:
                self._catch_up()
            except Unavailable as error:
                logger.warning("bitmaps will be written later: %s", error)
            except Exception:
                logger.exception("bitmaps could not be written")

    def _catch_up(self) -> None:
        while not self._closing.is_set() and bitmaps.seal_next(self._database):
            self._closing.wait(BREATH_SECONDS)

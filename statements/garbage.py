"""How often the interpreter looks for garbage in processes that handle statements."""

from __future__ import annotations

import gc
from typing import Final

OBJECTS: Final = 100_000


def collect_rarely() -> None:
    """Have so many new objects before the interpreter looks for cycles among them.

    Statements and requests leave none behind. At the default of 700 it looks all the time, and now
    and then through all that is remembered, dictionaries of hundreds of thousands
    (docs/performance.md).
    """
    gc.set_threshold(OBJECTS)

"""Work in a process of its own at the lowest priority: what is heavy, and in nobody's way.

A companion of a server may not have children by `multiprocessing`, so this is a program. What it
is to do comes through its standard input, since settings hold passwords; when that ends, whoever
wanted the work is gone, and the program ends too.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

from lrs import logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.settings import Settings

    Work = Callable[[Settings], None]

NICENESS: Final = 15
_LOOK_SECONDS: Final = 0.2
_END_SECONDS: Final = 5.0  # for whoever is told to end, before it is killed

logger = logging.getLogger(__name__)


def run_apart(work: Work, settings: Settings, stopping: threading.Event) -> bool:
    """Do `work`, a function at the top of a module; whether it came to its end.

    It is given up when the event is set.
    """
    command = [sys.executable, "-P", "-m", "lrs.apart"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603  # this module
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        process.stdin.write(pickle.dumps((work, settings)))
        process.stdin.flush()
        while process.poll() is None:
            if stopping.wait(_LOOK_SECONDS):
                _end(process)
    if process.returncode and not stopping.is_set():
        facts = {"work": work.__name__, "exit_status": process.returncode}
        logger.error("work apart has failed", extra={"facts": facts})
    return process.returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _be_apart() -> None:
    """Do what the parent wants done."""
    work, settings = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our parent
    logs.configure(settings)
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work(settings)
    except Exception:
        logger.exception("work apart has failed")
        sys.exit(1)


def _end_with_parent() -> None:
    # Not through Python's buffer, whose lock this thread would keep when the interpreter ends.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    _be_apart()

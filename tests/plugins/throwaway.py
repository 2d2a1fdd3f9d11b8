"""A directory that does not outlive the process that made it, nor does a server within."""

from __future__ import annotations

import subprocess
import tempfile
import weakref
from pathlib import Path

# Reads until the maker of the directory has ended, in whatever way; then stops the PostgreSQL
# that runs in it (lines 1 and 7 of its lock file: process; key and id of shared memory, which a
# killed one leaves), and removes it, again while a dying server still writes.
CARETAKER = """
cat >/dev/null
set -- "$1" $(sed -n '1p;7p' "$1/data/postmaster.pid")
test "$(readlink "/proc/$2/cwd")" = "$1/data" && kill -QUIT "$2"
test -n "$4" && ipcrm -m "$4"
for attempt in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" && exit; sleep 0.2; done
"""


class ThrowawayDirectory:
    """A directory that goes with remove(), or with this object, or with this process."""

    def __init__(self, parent: Path | None = None) -> None:
        """Make a directory in `parent`, else in the system's directory for temporary files."""
        self.path = Path(tempfile.mkdtemp(prefix="lrs-", dir=parent))
        caretaker = subprocess.Popen(  # noqa: S603  a fixed command
            ["/bin/sh", "-c", CARETAKER, "caretaker", self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is not for it
        )
        self.remove = weakref.finalize(self, caretaker.communicate)

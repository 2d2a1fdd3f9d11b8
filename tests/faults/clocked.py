"""`lrs serve` on SQLite with a clock that a test can set: `python -m tests.faults.clocked`.

A file in the data folder says by how much the clock of all processes is off.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lrs.app import build_app
from lrs.metrics import Metrics
from lrs.records.past import Times
from lrs.records.store import Records
from lrs.services import Services
from lrs.serving import serve
from lrs.settings import Settings
from lrs.store import Store
from projections.opening import open_records
from statements.clock import now
from statements.sqlite import SQLite
from statements.writer import Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tests.plugins.server import LrsServer

ROOT = Path(__file__).resolve().parents[2]


class Clock:
    """The machine's clock, off by some seconds."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "clock-is-off-by"

    def set(self, seconds: int) -> None:
        """Set the clock of every process at once."""
        new = self._file.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self._file)

    def now(self) -> int:
        """Microseconds since 1970."""
        return now() + int(self._file.read_text()) * 1_000_000


def launch(server: LrsServer) -> None:
    """Start this program as a server under test."""
    server.launch("/usr/bin/env", f"PYTHONPATH={ROOT}", sys.executable, "-m", __name__)


def build(settings: Settings) -> ASGIApp:
    """Build the application of one process as `lrs.wiring` does, but for the clock."""
    path = settings.database_url.removeprefix("sqlite:///")
    database = SQLite(path, Clock(settings.data_dir).now)
    limits = Limits(settings.queue_max_statements, settings.queue_max_bytes)
    store = Store(database, settings.read_threads, limits)
    records = Records(
        lambda: open_records(settings.records_url), Times(settings.connection_gap_seconds)
    )
    return build_app(Services(settings, store, Metrics(settings.metrics_dir), records), None)


if __name__ == "__main__":
    sys.exit(serve(Settings.from_environment(os.environ), build))

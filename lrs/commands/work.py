"""`lrs work`: fold the log into learning records."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from lrs import logs, working
from lrs.commands.options import RECORDS, with_settings

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.command(short_help="Fold the log into learning records, as statements come.")
@with_settings(*RECORDS)
def work(settings: Settings) -> None:
    """Fold the log into enrolments, completions, connections and badges, as statements come.

    On SQLite `lrs serve` does it by itself. Several may run: one works, the others wait until it is
    gone. On PostgreSQL, connect as the owner of the tables.
    """
    logs.configure(settings)
    stopping = threading.Event()
    working.stop_at_signals(stopping)
    working.work(settings, stopping)

"""The export by the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from apscheduler.schedulers.blocking import BlockingScheduler

from analytics.errors import LakeError
from statements.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable


def export_for_ever(export: Callable[[], None], seconds: float) -> None:
    """Export now and every so many seconds, one at a time; ends at SIGINT only.

    What goes wrong is told, and tried again the next time: the next export takes up what this one
    has left.
    """

    def export_once() -> None:
        try:
            export()
        except (LakeError, StoreError, OSError) as error:
            click.echo(f"lrs: {error}", err=True)

    scheduler = BlockingScheduler(timezone=UTC)
    scheduler.add_job(
        export_once,
        "interval",
        seconds=seconds,
        next_run_time=datetime.now(UTC),
        max_instances=1,
        coalesce=True,  # one export makes up for all that were missed
        misfire_grace_time=None,
    )
    scheduler.start()

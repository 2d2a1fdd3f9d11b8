"""Bringing the lake up to date by the clock: the log says what has come of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from analytics.errors import LakeBusy, LakeChanged
from statements.garbage import collect_rarely

if TYPE_CHECKING:
    from analytics.exporting import Report
    from lrs.settings import Settings

logger = logging.getLogger(__name__)


def export_lake(settings: Settings) -> None:
    """Bring the lake up to date.

    Raises:
        LakeError: the lake does not answer.
        StoreError: a database does not answer.

    """
    collect_rarely()
    try:
        report = _export(settings)
    except (LakeBusy, LakeChanged) as error:
        logger.warning("the lake was not brought up to date: %s", error)
        return
    facts = {"statements": report.statements, "position": report.position}
    logger.info("the lake is up to date", extra={"facts": facts | {"tables": len(report.tables)}})


def _export(settings: Settings) -> Report:
    # Arrow takes half a second to load, and whoever folds only names this function.
    from lrs.lake import open_exporter  # noqa: PLC0415

    with open_exporter(settings) as exporter:
        return exporter.run()

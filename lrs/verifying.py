"""Proving the records right by the clock: the log says what has come of it."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from projections.opening import open_records
from projections.verification import NotFolded, verify
from statements.migrate import open_current

if TYPE_CHECKING:
    from lrs.settings import Settings
    from projections.verification import Verified

logger = logging.getLogger(__name__)


def verify_records(settings: Settings) -> None:
    """Fold the whole log again elsewhere, compare, and log the outcome.

    Raises:
        StoreError: a database does not answer.

    """
    try:
        found = _verify(settings)
    except NotFolded as error:
        logger.warning("the records were not verified: %s", error)
        return
    facts = {"position": found.position, "lines": found.lines}
    if not found.differences:
        logger.info("the records are right", extra={"facts": facts})
        return
    # A table's name is a kind of text of its own, which the log's JSON does not take.
    tables = {str(each.table): each.number for each in found.differences}
    logger.error(
        "the records differ from the log: see lrs projections verify",
        extra={"facts": facts | {"differences": tables}},
    )


def _verify(settings: Settings) -> Verified:
    with (
        open_current(settings.database_url) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        return verify(log, records, settings.connection_gap_seconds, lambda _: None)

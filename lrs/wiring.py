"""The one place where the server's parts are built and put together."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from analytics.spill import remove_abandoned_spill
from lrs import logs
from lrs.access_log import AccessLog
from lrs.app import build_app
from lrs.metrics import Metrics
from lrs.records.past import Times
from lrs.records.store import Records
from lrs.services import Services
from lrs.store import Store
from projections.opening import open_records
from statements.garbage import collect_rarely
from statements.migrate import require_current
from statements.opening import open_database
from statements.writer import Flush, Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from lrs.settings import Settings

SWITCH_SECONDS = 0.0005
"""How long a busy thread keeps the interpreter from the others.

Whatever is written in a thread (documents, large requests) takes the interpreter lock back after
every SQL statement; at the default of 5 ms it would wait most of the time, with a lock held.
"""


def build(settings: Settings) -> ASGIApp:
    """The application of one server process.

    Raises:
        SchemaOutdated: the database has to be migrated first.
        Unavailable: the database does not answer.

    """
    logs.configure(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    collect_rarely()
    remove_abandoned_spill()
    metrics = Metrics(settings.metrics_dir)
    times = Times(settings.connection_gap_seconds)
    records = Records(lambda: open_records(settings.records_url), times)
    services = Services(settings, _store(settings, metrics), metrics, records)
    metrics.follow(
        "lrs_queries_running", "Queries over the lake that run", lambda: services.queries.running
    )
    require_current(services.store.database)
    app = build_app(services, AccessLog() if settings.access_log else None)
    gc.freeze()  # what is here now stays: no need to look at it again
    return app


def _store(settings: Settings, metrics: Metrics) -> Store:
    def observe(flush: Flush) -> None:
        metrics.flush_statements.observe(flush.statements)
        metrics.flush_seconds.observe(flush.seconds)

    limits = Limits(settings.queue_max_statements, settings.queue_max_bytes)
    store = Store(open_database(settings.database_url), settings.read_threads, limits, observe)
    metrics.follow(
        "lrs_writer_waiting_statements",
        "Statements that wait for the writer",
        lambda: store.writer.waiting_statements,
    )
    metrics.follow(
        "lrs_writer_waiting_bytes",
        "Bytes that wait for the writer",
        lambda: store.writer.waiting_bytes,
    )
    return store

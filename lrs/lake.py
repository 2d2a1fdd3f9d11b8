"""The lake of this installation: put together from the settings."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from analytics.exporting import Exporter
from analytics.log_export import LogReader, Privacy
from analytics.processes import Others
from analytics.pseudonyms import Pseudonyms, keep_secret
from analytics.session import Limits, Session
from analytics.store import Store, open_store
from lrs.lake_place import lake_place
from lrs.lake_tables import classify_by, lend_tables
from projections.opening import open_records
from statements.migrate import open_current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.settings import Settings
    from statements.database import Database


def lake_store(settings: Settings) -> Store:
    """Where the lake lies."""
    return open_store(lake_place(settings))


@contextmanager
def open_exporter(settings: Settings) -> Iterator[Exporter]:
    """What brings the lake up to date, with the store and the records open until the end."""
    with _opened(settings) as (database, records):
        yield lake_exporter(settings, database, records)


def lake_exporter(settings: Settings, database: Database, records: Database) -> Exporter:
    """What brings the lake up to date.

    Args:
        settings: say where it lies, and what of people may be in it.
        database: with the log.
        records: with the read models.

    """
    others = Others(partial(lend_reader, settings), settings.analytics_export_processes)
    return Exporter(
        _reader(settings, database, records, others),
        lake_store(settings),
        settings.data_dir / "analytics-lock",
        lend_tables(records),
        settings.analytics_grace_seconds,
    )


@contextmanager
def lend_reader(settings: Settings) -> Iterator[LogReader]:
    """Lend a reader of the log to another process."""
    with _opened(settings) as (database, records):
        yield _reader(settings, database, records)


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Database, Database]]:
    """The store and the records."""
    with (
        open_current(settings.database_url) as database,
        closing(open_records(settings.records_url)) as records,
    ):
        yield database, records


def _reader(
    settings: Settings, database: Database, records: Database, others: Others | None = None
) -> LogReader:
    secret = keep_secret(settings.analytics_secret_file or settings.data_dir / "analytics-secret")
    names, free_text = settings.analytics_names, settings.analytics_free_text
    privacy = Privacy(Pseudonyms(secret), names, free_text)
    return LogReader(database, privacy, classify_by(records), others)


def lake_session(settings: Settings, seconds: float | None, rows: int | None) -> Session:
    """A session over the lake.

    Args:
        settings: say how much memory, disk and how many threads a query may have.
        seconds: that a query may take.
        rows: that it may answer.

    Raises:
        LakeMissing: nothing has been exported yet.

    """
    limits = Limits(
        memory_bytes=settings.analytics_memory_bytes,
        disk_bytes=settings.analytics_disk_bytes,
        threads=settings.analytics_threads,
        seconds=seconds,
        rows=rows,
    )
    return Session(lake_store(settings), limits)

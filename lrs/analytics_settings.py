"""What an operator can set of the lake and of the queries over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003  # the fields' types are looked at

from lrs import setting_values as values
from lrs.records_settings import RecordsSettings
from lrs.setting_values import read


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalyticsSettings(RecordsSettings):
    """The part of the settings that begins with `LRS_ANALYTICS_`."""

    analytics_url: str = field(
        default="",
        repr=False,  # it may hold the keys of a bucket
        metadata=read(
            values.lake,
            "Lake for analysts: a folder or s3://<bucket>/<prefix>; else lake in the data folder",
            secret=True,
        ),
    )
    analytics_secret_file: Path | None = field(
        default=None,
        metadata=read(
            values.path,
            "File with the secret of pseudonyms, in hexadecimal; else one made in the data folder",
        ),
    )
    analytics_names: bool = field(
        default=False,
        metadata=read(
            values.yes_or_no, "Names and identifiers in the lake, and all text, as they are"
        ),
    )
    analytics_free_text: bool = field(
        default=False,
        metadata=read(values.yes_or_no, "Answers to open questions in the lake"),
    )
    analytics_grace_seconds: float = field(
        default=3600.0,
        metadata=read(
            values.seconds(0, 31_536_000), "Time that superseded files of the lake are kept"
        ),
    )
    analytics_export_schedule: str = field(
        default="",
        metadata=read(
            values.schedule,
            "When whoever folds brings the lake up to date: five fields as of cron, in the time of"
            " Paris, such as `*/15 * * * *`; empty: never",
        ),
    )
    analytics_export_processes: int = field(
        default=2,
        metadata=read(
            values.whole_number(1, 256), "Processes that read the log when an export is large"
        ),
    )
    analytics_memory_bytes: int = field(
        default=1_000_000_000,
        metadata=read(values.size(50_000_000, 2**40), "Memory of a query over the lake"),
    )
    analytics_threads: int = field(
        default=2, metadata=read(values.whole_number(1, 256), "Threads of a query over the lake")
    )
    analytics_disk_bytes: int = field(
        default=10_000_000_000,
        metadata=read(
            values.size(0, 2**50), "Disk that a query over the lake may take beyond its memory"
        ),
    )
    analytics_queries: int = field(
        default=2,
        metadata=read(
            values.whole_number(1, 64),
            "Queries over HTTP at a time, in each worker; each is a process",
        ),
    )
    analytics_query_seconds: float = field(
        default=30.0,
        metadata=read(values.seconds(0.01, 3600), "Time of a query over HTTP, sending included"),
    )
    analytics_query_rows: int = field(
        default=1_000_000,
        metadata=read(values.whole_number(1, 10**12), "Rows that a query over HTTP may answer"),
    )

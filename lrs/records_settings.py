"""Settings of learning records: where they are, who folds them, by which rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from lrs import setting_values as values
from lrs.setting_values import read


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordsSettings:
    """The part of the settings that is about learning records."""

    records_url: str = field(
        default="",
        repr=False,
        metadata=read(
            values.database_url,
            "Database of the records; else records.sqlite3 beside a SQLite database, or in the same"
            " PostgreSQL database",
            secret=True,
        ),
    )
    work: str = field(
        default="auto",
        metadata=read(
            values.choice("auto", "yes", "no"),
            "Whether the server folds the log into learning records beside serving: auto does on"
            " SQLite, and leaves it to `lrs work` on PostgreSQL",
        ),
    )
    connection_gap_seconds: float = field(
        default=1800.0,
        metadata=read(
            values.seconds(1, 86_400), "Time without a statement that ends a learner's connection"
        ),
    )
    verify_schedule: str = field(
        default="",
        metadata=read(
            values.schedule,
            "When the records are verified: five fields as of cron, in the time of Paris, such as"
            " `30 3 * * *`; empty: never",
        ),
    )
    small_group: int = field(
        default=5,
        metadata=read(
            values.whole_number(1, 1000),
            "Groups of fewer learners are left out of figures for those who may not see people",
        ),
    )

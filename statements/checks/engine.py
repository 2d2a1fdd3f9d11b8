"""What the database says of itself: its files, its guards against changes, its migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from statements import tables
from statements.checks.examination import Kind
from statements.migrate import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.sql import Executable

    from statements.checks.examination import Examination

_APPLIED = select(tables.migration.c.number, tables.migration.c.name)

_SQLITE_INTEGRITY = text("PRAGMA integrity_check(100)")
_SQLITE_TRIGGERS = text(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
)
_POSTGRESQL_INDEXES = text(
    "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid AND indrelid IN"
    " (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
)
_POSTGRESQL_TRIGGERS = text(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:name)"
    " AND NOT tgisinternal AND tgenabled <> 'D'"
)
_CITUS = text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")

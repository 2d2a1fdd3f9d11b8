"""Where the records are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.schema import SCHEMA
from statements.opening import open_database

if TYPE_CHECKING:
    from statements.database import Database


def open_records(url: str) -> Database:
    """The records store of a URL; nothing is connected to yet.

    What is lost with the power is folded again, so commits need not be durable.
    """
    return open_database(url, schema=SCHEMA, durable=False)

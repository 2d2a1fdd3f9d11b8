"""A small DuckDB file of views, for any program that opens such files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from analytics.errors import LakeError, LakeMissing
from analytics.manifest import STATEMENTS, read_manifest
from analytics.views import named, read_parquet, view_definitions

if TYPE_CHECKING:
    from pathlib import Path

    from analytics.store import Store


def write_database(store: Store, file: Path) -> list[str]:
    """Write views over the lake's folder; their names. They see later exports, too.

    Raises:
        LakeMissing: there is no lake, or no statement in it.
        LakeError: it is no folder: DuckDB needs an extension to open a bucket.

    """
    if not store.is_local:
        raise LakeError("a file of views needs a lake in a folder, not in a bucket")
    manifest = read_manifest(store)
    if not manifest.table(STATEMENTS).segments:
        raise LakeMissing(f"there is nothing in a lake at {store.root}: run lrs analytics export")

    def folder_of(name: str) -> str:
        files = "*/*.parquet" if name == STATEMENTS else "*.parquet"
        return read_parquet([f"{store.root}/{name}/{files}"])

    views = view_definitions(manifest, folder_of)
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    with duckdb.connect(str(new)) as connection:
        for name, query in views.items():
            connection.execute(f"CREATE VIEW {named(name)} AS {query}").fetchall()
    new.replace(file)
    return list(views)

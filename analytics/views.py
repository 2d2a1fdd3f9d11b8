"""The views that analysts see, over the segments of a state of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.lake import is_live
from analytics.manifest import STATEMENTS, VOIDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analytics.manifest import Manifest

_STATEMENTS = """
SELECT s.*, s.position IN (SELECT v.position FROM {voided} v) AS voided FROM {statements} s
"""  # DuckDB leaves the look-up out of queries that do not ask for it


def view_definitions(manifest: Manifest, relation_of: Callable[[str], str]) -> dict[str, str]:
    """The query of each view, by the view's name.

    Args:
        manifest: the state of the lake.
        relation_of: what stands in FROM for the rows of a table.

    """
    names = [name for name in sorted(manifest.tables) if is_live(name)]
    views = {name: f"SELECT * FROM {relation_of(name)}" for name in names}  # noqa: S608
    if STATEMENTS in views and VOIDED in views:
        relations = {name: relation_of(name) for name in (STATEMENTS, VOIDED)}
        views[STATEMENTS] = _STATEMENTS.format(**relations).strip()
    return views


def read_parquet(paths: Iterable[str]) -> str:
    """What stands in FROM for the rows of these files; their month is no column."""
    return f"read_parquet([{', '.join(map(quoted, paths))}], hive_partitioning = false)"


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'

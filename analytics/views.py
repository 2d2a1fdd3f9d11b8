"""The views that analysts see, over the segments of a state of the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.lake import is_live
from analytics.manifest import STATEMENTS, VOIDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analytics.manifest import Manifest

_STATEMENTS = """
SELECT s.*, v.position IS NOT NULL AS voided
FROM {statements} s
LEFT JOIN (SELECT DISTINCT position FROM {voided}) v ON v.position = s.position
"""  # DISTINCT: so DuckDB knows to leave the look-up out of queries that do not ask for it
_OUTCOMES = """
SELECT
    e.learner, e.course, l.directorate, l.employer, l.cohort,
    e.enrolled, d.started, d.completed, d.status, d.progress
FROM (SELECT learner, course, min(first) AS enrolled FROM {enrolments} GROUP BY learner, course) e
JOIN {learners} l ON l.learner = e.learner AND l.kind = 'learner'
LEFT JOIN {completions} d ON d.learner = e.learner AND d.course = e.course
"""
_MADE: dict[str, tuple[str, tuple[str, ...]]] = {
    STATEMENTS: (_STATEMENTS, (STATEMENTS, VOIDED)),
    "outcomes": (_OUTCOMES, ("enrolments", "learners", "completions")),
}
"""Views that are more than a table: their query, and the tables that it takes."""


def view_definitions(manifest: Manifest, relation_of: Callable[[str], str]) -> dict[str, str]:
    """The query of each view, by the view's name.

    Args:
        manifest: the state of the lake.
        relation_of: what stands in FROM for the rows of a table.

    """
    names = [name for name in sorted(manifest.tables) if is_live(name)]
    views = {name: f"SELECT * FROM {relation_of(name)}" for name in names}  # noqa: S608
    for name, (query, taken) in _MADE.items():
        if views.keys() >= set(taken):
            relations = {table: relation_of(table) for table in taken}
            views[name] = query.format(**relations).strip()
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

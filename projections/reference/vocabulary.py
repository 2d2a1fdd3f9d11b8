"""Rows of the site's own vocabulary in the records store, as texts: others say what they mean."""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING

import orjson
from sqlalchemy import select

from projections.reference import tables
from projections.reference.problems import Problem, Refused
from projections.reference.revisions import LOCK, Report, count_change, difference
from projections.reference.tabular import read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from statements.connection import Connection
    from statements.database import Database

VocabularyRow = dict[str, str]
"""Texts by column; empty ones are left out."""

_ROWS = select(tables.vocabulary_row.c.number, tables.vocabulary_row.c.document)


def read_vocabulary(raw: bytes) -> dict[int, VocabularyRow]:
    """Rows by line, out of a CSV text. Raises Refused with all that is wrong."""
    table = read_table(raw)
    rows, problems = {}, []
    for line, cells in table.rows:
        if len(cells) != len(table.columns):
            rule = f"there are {len(cells)} cells under {len(table.columns)} columns"
            problems.append(Problem(line, "", rule))
            continue
        pairs = zip(table.columns, cells, strict=True)
        rows[line] = {name: text for name, text in pairs if text}
    if problems:
        raise Refused(problems)
    return rows


def import_vocabulary(database: Database, rows: Sequence[VocabularyRow]) -> Report:
    """Make these all the rows that there are; the report compares them place by place."""
    new = dict(enumerate(rows))

    def bring_in(connection: Connection) -> Report:
        change = difference(dict(enumerate(load_vocabulary(connection))), new)
        changed = [*change.added, *change.changed]
        documents = [(number, orjson.dumps(new[number]).decode()) for number in changed]
        connection.replace(tables.vocabulary_row, documents)
        connection.remove(tables.vocabulary_row, [(number,) for number in change.removed])
        return count_change(connection, "vocabulary", change)

    return database.write(bring_in, lock=LOCK)


def load_vocabulary(connection: Connection) -> list[VocabularyRow]:
    """All rows in their order."""
    return [orjson.loads(document) for _, document in sorted(connection.rows(_ROWS))]


def write_vocabulary(rows: Sequence[VocabularyRow], file: IO[str]) -> None:
    """Write rows as CSV, so that they can be brought in again."""
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)

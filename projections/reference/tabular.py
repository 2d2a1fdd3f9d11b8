"""CSV with a header: rows with their lines."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from projections.reference.problems import Problem, Refused
from schemas.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Table(NamedTuple):
    """The columns, and the rows with the lines they begin on; empty rows are left out."""

    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]


def read_table(raw: bytes) -> Table:
    """The table in a CSV text: UTF-8, with commas or (as Excel writes it in French) semicolons.

    Raises Refused now if there is no header, and while rows are read if one is no CSV.
    """
    reader = csv.reader(io.StringIO(_text(raw), newline=""), _delimiter(raw), strict=True)
    rows = _rows(reader)
    line, columns = next(rows, (0, []))
    problems = [
        Problem(line, name, "this column is here twice" if name else "a column has no name")
        for name in sorted({name for name in columns if not name or columns.count(name) > 1})
    ]
    if not columns:
        problems = [Problem(1, "", "there is no header")]
    if problems:
        raise Refused(problems)
    return Table(columns, rows)


def broken_columns(
    columns: Sequence[str], needed: Sequence[str], known: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with a header: columns of one's own begin with `x-`."""
    for name in needed:
        if name not in columns:
            yield Problem(1, name, f"there is no column {name}")
    for name in columns:
        if name not in known and not name.startswith("x-"):
            rule = f"{quoted(name)} is not known; a column of your own begins with x-"
            yield Problem(1, name, rule)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused([Problem(line, "", "this is not UTF-8")]) from None


def _delimiter(raw: bytes) -> type[csv.Dialect]:
    header = raw.partition(b"\n")[0]
    return _Semicolons if header.count(b";") > header.count(b",") else csv.excel


class _Semicolons(csv.excel):
    delimiter = ";"


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise Refused([Problem(line, "", f"this is not CSV: {error}")]) from None
        if row is None:
            return
        if any(row):
            yield line, [cell.strip() for cell in row]
        line = reader.line_num + 1  # type: ignore[attr-defined]  # an Iterator for all but csv

"""Tables of data: CSV files whose rows are checked before any of them is used."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    Row = TypeVar("Row")


class BadTable(ValueError):
    """A table that can't be used. The message names each bad line, the first line being 1."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{name}, {problem}" for problem in problems))


def shipped(name: str) -> str:
    """Return the text of a table in this package."""
    return files("projections.translation").joinpath(name).read_text(encoding="utf-8")


def read_table(
    name: str, text: str, columns: Sequence[str], check: Callable[[dict[str, str]], Row]
) -> list[Row]:
    """Return what `check` makes of each row of a CSV text.

    The first line names columns, in any order; columns that are missing are empty. Lines that are
    empty or start with `#` are skipped. Raises BadTable with every bad line: what `check` raises
    as ValueError is said of its line.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for number, cells in _lines(name, text, columns):
        try:
            rows.append(check(cells))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise BadTable(name, problems)
    return rows


def _lines(name: str, text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(), restval="", strict=True)
    strangers = [column for column in reader.fieldnames or () if column not in columns]
    if strangers:
        raise BadTable(name, [f"line 1: there is no column {strangers[0]!r}, only {list(columns)}"])
    try:
        for cells in reader:
            if not (next(iter(cells.values())) or "").startswith("#"):
                yield reader.line_num, _stripped(cells)
    except csv.Error as error:
        raise BadTable(name, [f"line {reader.reader.line_num}: {error}"]) from None


def _stripped(cells: dict[str, str]) -> dict[str, str]:
    """Cells without blanks around; more cells than columns stand under the name None."""
    return {
        column: value.strip() if isinstance(value, str) else "too many cells"
        for column, value in cells.items()
    }


def one_of(cells: dict[str, str], column: str, allowed: Sequence[str]) -> str:
    """Return a cell that must be one of a few words. Raises ValueError."""
    value = cells.get(column, "")
    if value not in allowed:
        known = ", ".join(repr(word) for word in allowed)
        raise ValueError(f"{column} is {value!r}, not one of {known}")
    return value

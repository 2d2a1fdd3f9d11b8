"""The directory as a JSON value: `{"rows": [{"identifier": …, "learner": …, …}, …]}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projections.reference.directory_rows import COLUMNS, collect_people
from projections.reference.people import in_order
from projections.reference.problems import Problem, Refused
from schemas.errors import quoted
from schemas.explanation import json_step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from projections.reference.directory import Directory, Person

Json = dict[str, Any]

ROWS = "rows"


def people_of(value: Any) -> dict[str, Person]:  # noqa: ANN401 - any JSON value
    """People by identifier, out of a JSON value; members are the columns of the CSV.

    Raises Refused with all that is wrong, each problem with its JSON path.
    """
    rows = value.get(ROWS) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise Refused([Problem(0, "$", f"{quoted(value)} is not an object with a list of {ROWS}")])
    if broken := [each for at, row in enumerate(rows) for each in _broken(at, row)]:
        raise Refused(broken)
    numbered = (
        (at, [row.get(name, "").strip() for name in COLUMNS]) for at, row in enumerate(rows)
    )
    try:
        return collect_people(COLUMNS, numbered, "row")
    except Refused as refused:
        raise Refused(_placed(refused.problems)) from None


def rows_of(directory: Directory) -> list[Json]:
    """What `people_of` takes as rows, in the order of learners; what is empty is left out."""
    rows = (dict(zip(COLUMNS, (one, *who), strict=True)) for one, who in in_order(directory))
    return [{name: text for name, text in row.items() if text} for row in rows]


def _broken(at: int, row: object) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(0, _path(at), f"{quoted(row)} is not an object")
        return
    for name, text in row.items():
        if name.startswith("x-"):
            continue
        if name not in COLUMNS:
            rule = f"{quoted(name)} is not known; a member of your own begins with x-"
            yield Problem(0, _path(at, name), rule)
        elif not isinstance(text, str):
            yield Problem(0, _path(at, name), f"{quoted(text)} is not a text")


def _placed(problems: Iterable[Problem]) -> list[Problem]:
    """Problems of numbered rows, each with its JSON path in the place of the number."""
    return [Problem(0, _path(row, place), rule) for row, place, rule in problems]


def _path(at: int, name: str = "") -> str:
    return f"$.{ROWS}[{at}]" + (json_step(name) if name else "")

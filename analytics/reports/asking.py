"""Asks a named query, and leaves small groups out of what is to be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.errors import LakeMissing, NotForPublication
from analytics.reports.parameters import OF_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.reports.named import NamedQuery
    from analytics.reports.parameters import Value
    from analytics.session import Session

    Hidden = Callable[[Sequence[int]], set[int]]

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a named query answers.

    Attributes:
        query: that was asked.
        values: of its parameters.
        rows: in order, each with all columns.
        left_out: figures of small groups, by the row's index and the column's name.

    """

    query: NamedQuery
    values: Mapping[str, Value]
    rows: list[Row]
    left_out: frozenset[tuple[int, str]] = frozenset()


def ask(
    session: Session,
    query: NamedQuery,
    values: Mapping[str, Value],
    hidden: Hidden | None = None,
) -> Answer:
    """Ask a query.

    Args:
        session: over the lake.
        query: to ask.
        values: of its parameters, as `bind` gives them.
        hidden: tells which numbers of people, by their indexes, are too small to be published;
            None: the answer is for those who may see people.

    Raises:
        LakeMissing: nothing was folded before the export.
        NotForPublication: it would tell of single persons.

    """
    if "indicators" not in session.views:
        raise LakeMissing("the lake has no learning records yet: fold (lrs work), then export")
    if hidden is not None:
        _check_publication(query, values)
    with session.query(query.sql, values) as result:
        rows = result.table().to_pylist()
    if hidden is None:
        return Answer(query, values, rows)
    return Answer(query, values, *_suppressed(query, rows, hidden))


def _check_publication(query: NamedQuery, values: Mapping[str, Value]) -> None:
    if query.persons:
        raise NotForPublication(f"{query.name} lists persons: it can't be published")
    for name in sorted(OF_PEOPLE & values.keys()):
        if values[name] is not None:
            raise NotForPublication(
                f"{query.name} by {name} can't be published: with the whole, it tells of the rest"
            )


def _suppressed(
    query: NamedQuery, rows: list[Row], hidden: Hidden
) -> tuple[list[Row], frozenset[tuple[int, str]]]:
    gaps: list[set[str]] = [set() for _ in rows]
    for people, figures in query.people.items():
        for i in hidden([row[people] or 0 for row in rows]):
            gaps[i].update(figures)
    order = list(range(len(rows)))
    if query.ranked:  # between two others, a row would tell its figure
        order.sort(key=lambda i: [str(rows[i][key]) for key in query.keys] if gaps[i] else [])
    shown = [rows[i] | dict.fromkeys(gaps[i]) for i in order]
    left_out = {(place, figure) for place, i in enumerate(order) for figure in gaps[i]}
    return shown, frozenset(left_out)

"""How learners stand in courses, as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrs.records.suppression import Group, suppress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lrs.records.sight import Sight

Json = dict[str, Any]

FIGURES = ("enrolled", "started", "completed", "failed", "completion_rate")


def people_of(row: Json) -> int:
    """How many people at least a row is about; 1 stands for somebody."""
    somebody = any(row[name] for name in ("enrolled", "started", "completed", "failed"))
    return int(row["learners"]) or int(somebody)


GROUPS = (Group(FIGURES, people_of),)


def rated(row: Json) -> Json:
    """A row with its completion rate: completed / enrolled."""
    enrolled = row["enrolled"]
    rate = round(row["completed"] / enrolled, 4) if enrolled else None
    return row | {"completion_rate": rate}


def told(rows: Sequence[Json], sight: Sight, least: int) -> list[Json]:
    """Rows of standings for others, small groups left out where the caller may not see people."""
    shown = [rated(row) for row in rows]
    if not sight.people:
        shown = suppress(shown, GROUPS, lambda _: 0, least)
    return [{name: v for name, v in row.items() if name != "learners"} for row in shown]

"""Small groups left out of figures, for those who may not see people.

A figure of 1 to `least` - 1 people is left out. If that leaves one gap in a breakdown, or gaps of
fewer people than that together, the total would tell: then the smallest of the others goes as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

Json = dict[str, Any]


class Group(NamedTuple):
    """Figures that are about the same people.

    Attributes:
        figures: their names in a row.
        people: how many people a row's figures are about, or fewer; 0 if about nobody.

    """

    figures: tuple[str, ...]
    people: Callable[[Json], int]


def suppress(
    rows: Sequence[Json], groups: Sequence[Group], line: Callable[[Json], Hashable], least: int
) -> list[Json]:
    """The rows with small figures as None, and `suppressed` true where there are such.

    Rows of one `line` add up to a total that may be known.
    """
    shown = [dict(row) for row in rows]
    for group in groups:
        for indexes in _lines(rows, line):
            people = [group.people(rows[i]) for i in indexes]
            for i in hidden(people, least):
                shown[indexes[i]] |= dict.fromkeys(group.figures) | {"suppressed": True}
    return shown


def hidden(people: Sequence[int], least: int) -> set[int]:
    """Which cells of a breakdown to leave out, by their indexes."""
    found = {i for i, n in enumerate(people) if 0 < n < least}
    others = sorted((n, i) for i, n in enumerate(people) if n >= least)
    for _, i in others:
        if not found or (len(found) > 1 and sum(people[j] for j in found) >= least):
            break
        found.add(i)
    return found


def _lines(rows: Sequence[Json], line: Callable[[Json], Hashable]) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for i, row in enumerate(rows):
        found.setdefault(line(row), []).append(i)
    return list(found.values())

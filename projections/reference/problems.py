"""What is wrong with reference data that somebody wants to bring in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(NamedTuple):
    """One broken rule: the line it stands on (0 if there are no lines), where in it, and the rule.

    `place` is a JSON path such as `$.courses[3].id`, or the name of a column.
    """

    line: int
    place: str
    rule: str

    def __str__(self) -> str:
        """`3: $.courses[0].id: "x" is not an IRI`, to be put behind the name of the file."""
        return ": ".join(filter(None, (str(self.line or ""), self.place, self.rule)))


class Refused(Exception):
    """Nothing was brought in; `problems` is all that is wrong, in the order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("; ".join(map(str, self.problems[:20])))

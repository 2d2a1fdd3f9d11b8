"""From rows of a file, or of a request, to people: checked all together before any is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.reference.directory import KINDS, Person, Pool
from projections.reference.identifiers import FORMS, canonical_ifi
from projections.reference.problems import Problem, Refused
from projections.reference.tabular import broken_columns, read_table
from schemas.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = ("identifier", *Person._fields)
NEEDED = ("learner", "identifier")


def read_directory(raw: bytes) -> dict[str, Person]:
    """People by identifier, out of a CSV text. Raises Refused with all that is wrong."""
    table = read_table(raw)
    return collect_people(table.columns, table.rows)


def collect_people(
    columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], unit: str = "line"
) -> dict[str, Person]:
    """People by identifier.

    Args:
        columns: their names, in any order.
        rows: with the line, or another number, by which a problem names each.
        unit: what is numbered, for the words of problems.

    Raises:
        Refused: with all that is wrong: columns, identifiers, two rows with one identifier, or with
            one learner and different attributes.

    """
    problems = list(broken_columns(columns, NEEDED, COLUMNS))
    if problems:
        raise Refused(problems)
    collecting = _Collecting(columns, unit)
    for line, row in rows:
        collecting.add(line, row)
    if collecting.problems:
        raise Refused(collecting.problems)
    return collecting.people


class _Collecting:
    """People so far, and what is wrong so far."""

    def __init__(self, columns: Sequence[str], unit: str) -> None:
        self.people: dict[str, Person] = {}
        self.problems: list[Problem] = []
        self._unit = unit
        self._width = len(columns)
        self._identifier = columns.index("identifier")
        self._places = [columns.index(name) if name in columns else -1 for name in Person._fields]
        self._pool = Pool()
        self._lines: dict[str, int] = {}  # of each identifier
        self._first: dict[str, tuple[int, Person]] = {}  # of each learner

    def add(self, line: int, row: Sequence[str]) -> None:
        """Take a row."""
        if len(row) != self._width:
            rule = f"there are {len(row)} cells under {self._width} columns"
            self.problems.append(Problem(line, "", rule))
            return
        person = self._person(row)
        identifier = canonical_ifi(row[self._identifier])
        wrong = len(self.problems)
        self._check_identifier(line, row[self._identifier], identifier)
        self._check_person(line, person)
        if identifier is not None and len(self.problems) == wrong:
            self.people[identifier] = person

    def _person(self, row: Sequence[str]) -> Person:
        values = [row[place] if place >= 0 else "" for place in self._places]
        values[1] = values[1] or "learner"
        return self._pool.person(values)

    def _check_identifier(self, line: int, text: str, identifier: str | None) -> None:
        if identifier is None:
            self._refuse(line, "identifier", f"{quoted(text)} is not {FORMS}")
            return
        first = self._lines.setdefault(identifier, line)
        if first != line:
            self._refuse(
                line, "identifier", f"{quoted(text)} stands on {self._unit} {first} already"
            )

    def _check_person(self, line: int, person: Person) -> None:
        if not person.learner:
            self._refuse(line, "learner", "the learner has no name")
            return
        if person.kind not in KINDS:
            self._refuse(line, "kind", f"{quoted(person.kind)} is not one of {', '.join(KINDS)}")
        if any("\0" in value for value in person):  # PostgreSQL can't keep it
            self._refuse(line, "", "there is a character of code 0 in this row")
        before, known = self._first.setdefault(person.learner, (line, person))
        if known is not person:
            for name, was, value in zip(Person._fields, known, person, strict=True):
                if was != value:
                    rule = f"{quoted(value)} contradicts {quoted(was)} of {self._unit} {before}"
                    self._refuse(line, name, f"{rule}, of the same learner")

    def _refuse(self, line: int, place: str, rule: str) -> None:
        self.problems.append(Problem(line, place, rule))

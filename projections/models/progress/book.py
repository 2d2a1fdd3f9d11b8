"""The rows of enrolments and completions: read once, written once, and summed up."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from projections.calendar import day_of, periods_of
from projections.models.progress.dossier import Dossier
from projections.models.progress.standing import Required, Rules, completion_of, enrolments_of
from projections.tables import REMOVED
from projections.work import COMPLETED_BY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projections.work import Work
    from statements.connection import Row

Pair = tuple[int, int]  # learner, course

_json = msgspec.json.Encoder(order="sorted").encode


_positions = msgspec.json.Decoder(dict[str, int]).decode


class Record(NamedTuple):
    """The rows of a pair as they are stored; of completions without the state."""

    completion: Row | None
    enrolments: dict[str, Row]


_NONE = Record(None, {})


class Weight(NamedTuple):
    """What a pair adds to the sums."""

    standing: tuple[int, int, int, int]  # enrolled, started, completed, failed
    enrolled: int | None  # when
    completed: int | None  # when


class Book:
    """The rows of some pairs, or of all pairs of some learners.

    Args:
        work: the transaction.
        keys: pairs, or learners alone.

    """

    def __init__(self, work: Work, keys: Sequence[Row]) -> None:
        self._work = work
        self._states: dict[Pair, bytes] = {}
        self._stored: dict[Pair, Record] = {}
        self._rules: dict[int, Rules] = {}
        enrolments: dict[Pair, dict[str, Row]] = defaultdict(dict)
        for row in work.connection.fetch(work.tables["enrolment"], keys):
            enrolments[row[:2]][row[2]] = row
        for row in work.connection.fetch(work.tables["completion"], keys):
            pair = row[:2]
            self._stored[pair] = Record(row[:-1], enrolments[pair])
            self._states[pair] = row[-1]

    @property
    def pairs(self) -> Iterable[Pair]:
        """Those that have rows."""
        return self._stored

    def state(self, pair: Pair) -> bytes:
        """The encoded dossier as it is stored, or nothing."""
        return self._states.get(pair, b"")

    def write(self, dossiers: Mapping[Pair, tuple[Dossier, bytes]]) -> None:
        """Replace the rows of these pairs by what their dossiers say, encoded beside them."""
        completions: list[Row] = []
        enrolments: list[Row] = []
        sums = _Sums(self._work)
        for pair, (dossier, state) in dossiers.items():
            old, new = self._stored.get(pair, _NONE), self._render(pair, dossier)
            if new.completion != old.completion or state != self.state(pair):
                completions.append((*(new.completion or ()), state))
            enrolments += [
                row for name, row in new.enrolments.items() if row != old.enrolments.get(name)
            ]
            if new != old:
                self._note(pair, old.completion, new.completion)
                sums.replace(pair, weight_of(old), weight_of(new))
        self._work.connection.replace(self._work.tables["completion"], completions)
        self._work.connection.replace(self._work.tables["enrolment"], enrolments)
        sums.write()

    def _note(self, pair: Pair, old: Row | None, new: Row | None) -> None:
        """Tell those who ask for completions or scores that there are others."""
        if _completed(old) != _completed(new):
            self._work.changed["completed"].add(pair)
        if _scores(old) != _scores(new):
            self._work.changed["score"].add(pair)

    def _render(self, pair: Pair, dossier: Dossier) -> Record:
        """The rows that a dossier comes to; those that say nothing new keep their number."""
        old = self._stored.get(pair, _NONE)
        rules = self._rules_of(pair[1])
        completion = completion_of(dossier, pair[1], rules)
        completed = completion.completed is not None
        shown = completion if dossier != Dossier() else completion._replace(status=REMOVED)
        rows = {
            each.registration: (*pair, *each[:-1], _json(each.evidence).decode())
            for each in enrolments_of(dossier, rules, completed=completed)
        }
        for name, row in old.enrolments.items():
            rows.setdefault(name, (*row[:6], REMOVED, *row[7:-1]))
        return Record(
            self._numbered((*pair, *shown[:-1], _json(shown.evidence).decode()), old.completion),
            {name: self._numbered(row, old.enrolments.get(name)) for name, row in rows.items()},
        )

    def _numbered(self, row: Row, old: Row | None) -> Row:
        return old if old is not None and old[:-1] == row else (*row, self._work.change)

    def _rules_of(self, course: int) -> Rules:
        if course not in self._rules:
            self._rules[course] = rules_of(self._work, course)
        return self._rules[course]


def rules_of(work: Work, course: int) -> Rules:
    """What the catalogue says of a course, in numbers."""
    described = work.terms.catalogue.course(work.iri_of(course))
    if described is None:
        return Rules((), by_enrolment=False)
    required = [module for module in described.modules if module.required]
    numbers = work.numbers_of([module.id for module in required])
    return Rules(
        [Required(numbers.get(module.id, 0), module.move_on) for module in required],
        by_enrolment=described.opening == "enrolment",
    )


def weight_of(record: Record) -> Weight:
    """What the rows of a pair add to the sums; completions count of those who are enrolled."""
    live = [row for row in record.enrolments.values() if row[6] != REMOVED]
    completion = record.completion
    if not live or completion is None:
        return Weight((0, 0, 0, 0), None, None)
    status, started, completed = completion[2], completion[4], completion[5]
    counts = (1, int(started is not None), int(completed is not None), int(status == "failed"))
    return Weight(counts, min(row[3] for row in live), completed)


def _completed(row: Row | None) -> Row:
    """When and why a row of `completion` says that a course was completed."""
    if row is None or row[2] == REMOVED or row[5] is None:
        return ()
    evidence = _positions(row[10])
    return row[5], *(evidence.get(rule) for rule in COMPLETED_BY)


def _scores(row: Row | None) -> Row:
    return row[6:10] if row and row[2] != REMOVED else ()


class _Sums:
    """The sums that rows add to, for their course and for the whole platform (0)."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._standing: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self._periods: dict[Row, list[int]] = defaultdict(lambda: [0, 0])

    def replace(self, pair: Pair, old: Weight, new: Weight) -> None:
        """Count a pair's new rows instead of the old ones."""
        for course, crowd in product((pair[1], 0), self._work.crowds(pair[0])):
            self._count(course, crowd, old, -1)
            self._count(course, crowd, new, +1)

    def _count(self, course: int, crowd: int, weight: Weight, sign: int) -> None:
        standing = self._standing[course, crowd]
        for at, count in enumerate(weight.standing):
            standing[at] += sign * count
        for at, when in enumerate((weight.enrolled, weight.completed)):
            if when is not None:
                for period in periods_of(day_of(when)):
                    self._periods[course, period, crowd][at] += sign

    def write(self) -> None:
        """Add everything up."""
        self._work.add_up("standing", self._standing)
        self._work.add_up("progress_tally", self._periods)

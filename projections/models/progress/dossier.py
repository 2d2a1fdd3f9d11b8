"""What is remembered of a learner in a course, enough to go on from.

Every part is the least or the greatest of what was seen, so that neither order nor repetition
matters. The one exception is a completion taken back: what was completed again since may have been
forgotten, and then the history has to be read (`note` says so).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from projections.translation.event import Kind

if TYPE_CHECKING:
    from projections.translation.event import Details
    from projections.work import Happening

Moment = tuple[int, int]
"""When (microseconds since 1970), and the position of the statement that says so."""

_ENROLMENT = {Kind.ENROLLED, Kind.UNENROLLED, Kind.SUSPENDED, Kind.RESUMED}
_RANKS = {Kind.ENROLLED: 0, Kind.RESUMED: 1, Kind.SUSPENDED: 2, Kind.UNENROLLED: 3}
"""Which of two changes of status at the same instant counts: the one that takes more away."""
_MARKS = {Kind.COMPLETED, Kind.SATISFIED, Kind.PASSED, Kind.FAILED, Kind.WAIVED, Kind.UNCOMPLETED}


class Enrolment(msgspec.Struct, array_like=True):
    """Of one registration (empty: none is told)."""

    first: tuple[int, int, str] | None = None  # with how
    last: Moment | None = None
    status: tuple[int, int, int] | None = None  # when, rank, position
    seen: Moment | None = None  # the first activity


class Unit(msgspec.Struct, array_like=True):
    """Of a module, or of the course itself: each the first since it was last taken back."""

    completed: Moment | None = None
    passed: Moment | None = None
    waived: Moment | None = None
    retracted: Moment | None = None  # the last time
    latest: int = 0  # when the last of all these was
    verdict: tuple[int, int, bool] | None = None  # the last one: when, position, passed
    move_on: tuple[int, int, str] | None = None  # cmi5's rule, of the last launch


class Dossier(msgspec.Struct, array_like=True):
    """Of a learner in a course."""

    started: Moment | None = None
    best: tuple[float, int, int] | None = None  # percent, when, position
    last: tuple[int, float, int] | None = None  # when, percent, position
    progress: tuple[int, int, float] | None = None  # when, position, share
    enrolments: dict[str, Enrolment] = {}
    units: dict[int, Unit] = {}

    def note(self, happening: Happening) -> bool:
        """Take in what happened; whether that is enough, or else the history has to be read."""
        kind, details = happening.kind, happening.details
        moment = (happening.at, happening.position)
        self._note_presence(happening, moment)
        if kind in _ENROLMENT:
            self._note_enrolment(happening)
        if details.percent is not None:
            self._note_score(details.percent, moment)
        if details.progress is not None and happening.unit == happening.course:
            told = (*moment, details.progress)
            self.progress = max(self.progress or told, told, key=_by_time)
        if kind in _MARKS or details.completes or details.move_on:
            return self._note_unit(happening.unit, kind, moment, details)
        return True

    def _note_presence(self, happening: Happening, moment: Moment) -> None:
        if happening.kind in _ENROLMENT:
            return
        if happening.own and (self.started is None or moment < self.started):
            self.started = moment
        registration = happening.details.registration
        if happening.own or registration:
            enrolment = self._enrolment(registration)
            enrolment.seen = min(enrolment.seen or moment, moment)

    def _enrolment(self, registration: str) -> Enrolment:
        found = self.enrolments.get(registration)
        if found is None:
            found = self.enrolments[registration] = Enrolment()
        return found

    def _note_enrolment(self, happening: Happening) -> None:
        enrolment = self._enrolment("")
        at, position = happening.at, happening.position
        status = (at, _RANKS[Kind(happening.kind)], position)
        enrolment.status = max(enrolment.status or status, status)
        if happening.kind == Kind.ENROLLED:
            first = (at, position, happening.details.how or "manual")
            enrolment.first = min(enrolment.first or first, first, key=_by_time)
            enrolment.last = max(enrolment.last or (at, position), (at, position))

    def _note_score(self, percent: float, moment: Moment) -> None:
        at, position = moment
        best = self.best
        if best is None or (percent, -at, -position) > (best[0], -best[1], -best[2]):
            self.best = (percent, at, position)
        self.last = max(self.last or (at, percent, position), (at, percent, position))

    def _note_unit(self, number: int, kind: int, moment: Moment, details: Details) -> bool:
        unit = self.units.get(number)
        if unit is None:
            unit = self.units[number] = Unit()
        if details.move_on:
            launched = (*moment, details.move_on)
            unit.move_on = max(unit.move_on or launched, launched, key=_by_time)
        if kind in {Kind.PASSED, Kind.FAILED}:
            verdict = (*moment, kind == Kind.PASSED)
            unit.verdict = max(unit.verdict or verdict, verdict, key=_by_time)
        if kind == Kind.UNCOMPLETED:
            return _retract(unit, moment)
        if unit.retracted is None or moment[0] >= unit.retracted[0]:
            _achieve(unit, kind, moment, completes=details.completes)
        return True


def _by_time(told: tuple[int, int, Any]) -> tuple[int, Any, int]:
    """The order of what is told of: of one instant by what it is, and only then by who came first.

    Moodle knows whole seconds: many things happen in one. Whichever comes first, figures are equal.
    """
    at, position, what = told
    return at, what, position


def _achieve(unit: Unit, kind: int, moment: Moment, *, completes: bool) -> None:
    if completes or kind in {Kind.COMPLETED, Kind.SATISFIED}:
        unit.completed = min(unit.completed or moment, moment)
    elif kind == Kind.PASSED:
        unit.passed = min(unit.passed or moment, moment)
    elif kind == Kind.WAIVED:
        unit.waived = min(unit.waived or moment, moment)
    else:
        return
    unit.latest = max(unit.latest, moment[0])


def _retract(unit: Unit, moment: Moment) -> bool:
    """Take back what was achieved before; whether nothing later may have been forgotten."""
    unit.retracted = max(unit.retracted or moment, moment)
    at = unit.retracted[0]
    kept = True
    for name in ("completed", "passed", "waived"):
        achieved = getattr(unit, name)
        if achieved is not None and achieved[0] < at:
            setattr(unit, name, None)
            kept = kept and unit.latest < at
    return kept

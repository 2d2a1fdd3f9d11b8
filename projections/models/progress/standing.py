"""What a dossier comes to: enrolment and completion as they are shown, with the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projections.models.progress.dossier import Dossier, Enrolment, Moment, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUSES = ("active", "active", "suspended", "left")
"""By the rank of the last change (`dossier`)."""


class Required(NamedTuple):
    """A module that the catalogue requires: its activity's number (0: unknown) and cmi5's rule."""

    unit: int
    move_on: str


class Rules(NamedTuple):
    """What the catalogue says of a course, in numbers."""

    required: Sequence[Required]
    by_enrolment: bool  # nobody is enrolled by being there


NO_RULES = Rules((), by_enrolment=False)


class Completion(NamedTuple):
    """As in the table `completion`, from `status` to `evidence`."""

    status: str
    progress: float
    started: int | None
    completed: int | None
    best: float | None
    best_at: int | None
    last: float | None
    last_at: int | None
    evidence: dict[str, int]


class Enrolled(NamedTuple):
    """As in the table `enrolment`, from `registration` to `evidence`."""

    registration: str
    first: int
    last: int
    how: str
    status: str
    evidence: dict[str, int]


def completion_of(dossier: Dossier, course: int, rules: Rules) -> Completion:
    """How far the learner has come in the course of that number."""
    itself = dossier.units.get(course) or Unit()
    modules = [_module(dossier, required) for required in rules.required]
    told, met = _done(itself, ""), _all(modules)
    evidence = _evidence(started=dossier.started)
    completed = min((each for each in (told, met) if each), default=None)
    if completed:
        rule = "course completed" if completed == told else "required modules"
        evidence[rule] = completed[1]
    failed = itself.verdict is not None and not itself.verdict[2] and not completed
    if failed and itself.verdict:
        evidence["failed"] = itself.verdict[1]
    if dossier.best and dossier.last:
        evidence |= {"best": dossier.best[2], "last": dossier.last[2]}
    return Completion(
        status="completed" if completed else "failed" if failed else
        "in progress" if dossier.started else "not started",
        progress=1.0 if completed else _progress(dossier, modules),
        started=dossier.started and dossier.started[0],
        completed=completed and completed[0],
        best=dossier.best and dossier.best[0],
        best_at=dossier.best and dossier.best[1],
        last=dossier.last and dossier.last[1],
        last_at=dossier.last and dossier.last[0],
        evidence=evidence,
    )  # fmt: skip


def enrolments_of(dossier: Dossier, rules: Rules, *, completed: bool) -> list[Enrolled]:
    """The enrolments, one for each registration that cmi5 gave, or one."""
    told = [name for name, each in dossier.enrolments.items() if name or each.first]
    if not told and not rules.by_enrolment:
        told = [name for name, each in dossier.enrolments.items() if each.seen]
    found = (_enrolled(name, dossier.enrolments[name], completed=completed) for name in told)
    return [each for each in found if each is not None]


def _enrolled(name: str, each: Enrolment, *, completed: bool) -> Enrolled | None:
    first = each.first or (each.seen and (*each.seen, "implicit"))
    if not first:
        return None
    last = each.last or first[:2]
    status = STATUSES[each.status[1]] if each.status else "active"
    evidence = {"first": first[1], "last": last[1]}
    if each.status:
        evidence["status"] = each.status[2]
    shown = "completed" if completed else status
    return Enrolled(name, first[0], last[0], first[2], shown, evidence)


def _module(dossier: Dossier, required: Required) -> Moment | None:
    """When a required module was done, if it is."""
    unit = dossier.units.get(required.unit)
    if required.move_on == "NotApplicable":  # satisfied from the start (cmi5, 10.2.2 moveOn)
        return _begun(dossier)
    if unit is None:
        return None
    return _done(unit, required.move_on or (unit.move_on[2] if unit.move_on else ""))


def _done(unit: Unit, move_on: str) -> Moment | None:
    """When a unit was done, by cmi5's rule if it has one, else by whatever says so first."""
    if move_on == "NotApplicable":
        return unit.move_on and unit.move_on[:2]
    ways: tuple[Moment | None, ...] = {
        "Completed": (unit.completed,),
        "Passed": (unit.passed,),
        "CompletedAndPassed": (_all([unit.completed, unit.passed]),),
    }.get(move_on, (unit.completed, unit.passed))
    return min((each for each in (*ways, unit.waived) if each), default=None)


def _all(moments: Sequence[Moment | None]) -> Moment | None:
    """When the last of them came, if there are any and all came."""
    if not moments or None in moments:
        return None
    return max(each for each in moments if each)


def _begun(dossier: Dossier) -> Moment | None:
    enrolled = [each.first[:2] for each in dossier.enrolments.values() if each.first]
    return min((each for each in (*enrolled, dossier.started) if each), default=None)


def _progress(dossier: Dossier, modules: Sequence[Moment | None]) -> float:
    """The share of required modules that are done, else what the source says."""
    if modules:
        return sum(each is not None for each in modules) / len(modules)
    return dossier.progress[2] if dossier.progress else 0.0


def _evidence(**moments: Moment | None) -> dict[str, int]:
    return {name: moment[1] for name, moment in moments.items() if moment}

"""What records.md says, in slow plain Python over all that was said: figures without any fold."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.projections.cast import IFIS, WRONG_TIMES
from tests.projections.descriptions import NOT_BY_LOOKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from tests.projections.descriptions import Described
    from tests.projections.happenings import Said, Told

Json = dict[str, Any]
Pair = tuple[str, str]  # learner's key, course's IRI

_PARIS = ZoneInfo("Europe/Paris")
_CHANGES = {"enrolled", "suspended", "resumed", "left"}


class Visit(NamedTuple):
    """A connection to the platform."""

    learner: str
    begun: datetime
    ended: datetime


class Figures(NamedTuple):
    """What has to come out."""

    visits: set[Visit]
    learners_by_period: dict[str, int]  # by the period in which the connections start
    enrolled: set[Pair]
    completed: set[Pair]


class Act(NamedTuple):
    """What was said of one learner."""

    learner: str
    at: datetime
    said: Said
    course: str


def figures(told: Iterable[Told], described: Described, gap: timedelta) -> Figures:
    """All figures, of statements that are not voided."""
    acts = list(_acts(told, described))
    visits = set(_visits(acts, gap))
    enrolled = _enrolled(acts, described.catalogue)
    completed = {pair for pair in _pairs(acts) if _is_completed(acts, pair, described.catalogue)}
    by_period: dict[str, set[str]] = defaultdict(set)
    for visit in visits:
        for period in _periods(visit.begun):
            by_period[period].add(visit.learner)
    counted = {period: len(learners) for period, learners in by_period.items()}
    return Figures(visits, counted, enrolled, completed)


def _acts(told: Iterable[Told], described: Described) -> Iterable[Act]:
    """Who counts did something, or something was done to them, at a time to be believed."""
    for each in told:
        if each.at in WRONG_TIMES:
            continue
        said = each.said
        if said.viewed and NOT_BY_LOOKING in described.vocabulary:
            said = said._replace(own=False)
        for number in each.who:
            person = described.directory.get(IFIS[number])
            if person is None or person.kind == "learner":
                learner = person.learner if person else IFIS[number]
                yield Act(learner, each.at, said, said.course or _catalogued(said.unit, described))


def _catalogued(unit: str, described: Described) -> str:
    for course in described.catalogue:
        known = [course["id"]]
        for module in course["modules"]:
            known += [module["id"], *module["activities"]]
        if unit in known:
            return str(course["id"])
    return ""


# Connections -------------------------------------------------------------------------------------


def _visits(acts: Iterable[Act], gap: timedelta) -> Iterable[Visit]:
    order = {"login": 0, "logout": 2}
    by_learner: dict[str, set[tuple[datetime, int]]] = defaultdict(set)
    for act in acts:
        if act.said.own:
            by_learner[act.learner].add((act.at, order.get(act.said.what, 1)))
    for learner, moments in by_learner.items():
        run: list[datetime] = []
        over = False
        for at, what in sorted(moments):
            if run and (what == 0 or over or at - run[-1] > gap):
                yield Visit(learner, run[0], run[-1])
                run = []
            run.append(at)
            over = what == 2
        yield Visit(learner, run[0], run[-1])


def _periods(at: datetime) -> list[str]:
    day = at.astimezone(_PARIS).date()
    return [day.isoformat(), "{}-W{:02d}".format(*day.isocalendar()), day.isoformat()[:7]]


# Enrolments and completions ----------------------------------------------------------------------


def _pairs(acts: Iterable[Act]) -> set[Pair]:
    return {(act.learner, act.course) for act in acts if act.course}


def _enrolled(acts: Iterable[Act], catalogue: list[Json]) -> set[Pair]:
    """Told, or in a registration of cmi5, or there in free access."""
    by_enrolment = {each["id"] for each in catalogue if each["opening"] == "enrolment"}
    return {
        (act.learner, act.course)
        for act in acts
        if act.course
        and (
            act.said.what == "enrolled"
            or act.said.registration
            or (act.said.own and act.said.what not in _CHANGES and act.course not in by_enrolment)
        )
    }


def _is_completed(acts: Iterable[Act], pair: Pair, catalogue: list[Json]) -> bool:
    """The course is said to be, or all modules that the catalogue requires are done."""
    mine = [act for act in acts if (act.learner, act.course) == pair]
    if _achieved(mine, pair[1]) & {"completed", "passed", "waived"}:
        return True
    described = next((course for course in catalogue if course["id"] == pair[1]), None)
    required = [each for each in described["modules"] if each["required"]] if described else []
    return bool(required) and all(_is_done(mine, each) for each in required)


def _achieved(acts: Iterable[Act], unit: str) -> set[str]:
    """What was said of a unit and not taken back at a later time."""
    mine = [act for act in acts if act.said.unit == unit]
    last = max((act.at for act in mine if act.said.what == "uncompleted"), default=None)
    return {act.said.what for act in mine if last is None or act.at >= last}


def _is_done(acts: Iterable[Act], module: Json) -> bool:
    """As cmi5 has it (10.2.2 moveOn), by the catalogue's rule or else by the last launch's."""
    launches = [act for act in acts if act.said.unit == module["id"] and act.said.move_on]
    told = max(launches, key=lambda act: (act.at, act.said.move_on), default=None)
    rule = module.get("move_on") or (told.said.move_on if told else "CompletedOrPassed")
    achieved = _achieved(acts, module["id"])
    if rule == "NotApplicable":
        there = any(act.said.own and act.said.what not in _CHANGES for act in acts)
        return bool(told) or there or any(act.said.what == "enrolled" for act in acts)
    wanted = {
        "Passed": "passed" in achieved,
        "Completed": "completed" in achieved,
        "CompletedAndPassed": {"completed", "passed"} <= achieved,
        "CompletedOrPassed": bool({"completed", "passed"} & achieved),
    }
    return wanted[rule] or "waived" in achieved

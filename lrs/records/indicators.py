"""Indicators: what is asked, and the rows that answer it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from lrs import parameters
from lrs.errors import Forbidden
from lrs.records.listing import TRAITS
from lrs.records.moments import UNITS, day, periods, seconds, today
from lrs.records.standings import told as standings_told
from lrs.records.suppression import Group, suppress
from projections.queries.figures import Crowds, read_activity, read_standings
from projections.queries.lookup import activities_of, numbers_of

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.records.catalogue import Catalogue
    from lrs.records.sight import Sight
    from statements.connection import Connection

Json = dict[str, Any]

PARAMETERS = frozenset({"by", "since", "until", "course", *TRAITS, "format", "as_of"})
SPLITS = ("course", *TRAITS)
MOST_PERIODS = 400  # a year of days, seven years of weeks
_DEFAULT_DAYS = {"day": 30, "week": 364, "month": 364}

_CONNECTION_FIGURES = (
    "connections",
    "distinct_learners",
    "connection_seconds",
    "measured_seconds",
)
ACTIVITY_FIGURES = (*_CONNECTION_FIGURES, "enrolments", "completions")


def _connected(row: Json) -> int:
    return int(row["distinct_learners"]) or int(any(row[n] for n in _CONNECTION_FIGURES))


_GROUPS = (
    Group(_CONNECTION_FIGURES, _connected),
    Group(("enrolments",), lambda row: int(row["enrolments"])),
    Group(("completions",), lambda row: int(row["completions"])),
)


class Question(NamedTuple):
    """Indicators as they are asked for.

    Attributes:
        unit: of time; empty for how learners stand now.
        split: a trait or `course` by which rows are told apart, or empty.
        periods: those that are asked for.
        course: the only one, as an IRI; None: the whole platform, or all if they are split.
        traits: whose figures.

    """

    unit: str
    split: str
    periods: list[str]
    course: str | None
    traits: dict[str, str]


def read_question(call: Call, sight: Sight) -> Question:
    """What a call asks.

    Raises:
        BadRequest: a parameter is not known or breaks its rule.
        Forbidden: the figures would tell of people whom the caller may not see.

    """
    parameters.only(call, PARAMETERS)
    unit, split = _by(call)
    traits = {name: v for name in TRAITS if (v := call.parameters.get(name)) is not None}
    course = parameters.iri(call, "course")
    if course is not None and split == "course":
        raise parameters.bad("course", "can't stand beside by=course", "records: indicators")
    if not sight.people:
        _refuse_combinations(unit, split, traits)
    return Question(unit, split, _periods(call, unit), course, traits)


def answer(
    connection: Connection, question: Question, sight: Sight, catalogue: Catalogue, least: int
) -> list[Json]:
    """The rows of figures, in order."""
    courses = _courses(connection, question, sight, catalogue)
    hides = not sight.people
    # Whoever may not see people gets a filter's figures as a row of the whole breakdown, so that
    # they are left out where the breakdown leaves them out.
    split = question.split or next(iter(question.traits), "") if hides else question.split
    crowds = Crowds(sight.limits.employers, () if hides else tuple(question.traits.items()))
    if question.unit:
        found = read_activity(connection, question.periods, split, courses, crowds)
        rows = _activity(found, sight, least)
    else:
        rows = standings_told(read_standings(connection, split, courses, crowds), sight, least)
    if hides and question.traits:
        rows = [row for row in rows if row["split"] == question.traits[split]]
    return _named(connection, _filled(rows, question), question)


def fields_of(question: Question) -> list[str]:
    """All members that rows can have, in order."""
    keys = [*(["period"] if question.unit else []), *([question.split] if question.split else [])]
    if question.unit:
        return [*keys, *ACTIVITY_FIGURES, "suppressed"]
    return [*keys, "enrolled", "started", "completed", "failed", "completion_rate", "suppressed"]


def _by(call: Call) -> tuple[str, str]:
    """A unit of time, or something to split by, or both."""
    words = parameters.required(call, "by", parameters.text).split(",")
    units = [word for word in words if word in UNITS]
    splits = [word for word in words if word in SPLITS]
    if len(units) > 1 or len(splits) > 1 or len(units) + len(splits) < len(words):
        rule = (
            f"is one of {', '.join(UNITS)}, or one of {', '.join(SPLITS)}, or one of each with a "
            "comma, such as week,directorate"
        )
        raise parameters.bad("by", rule, "records: indicators")
    return "".join(units), "".join(splits)


def _periods(call: Call, unit: str) -> list[str]:
    first, last = day(call, "since"), day(call, "until")
    if not unit:
        for name in ("since", "until"):
            if name in call.parameters:
                raise parameters.bad(name, "needs by=day, week or month", "records: indicators")
        return []
    last = last or today()
    first = first or last - timedelta(days=_DEFAULT_DAYS[unit])
    most_days = {"day": 1, "week": 7, "month": 31}[unit] * MOST_PERIODS
    if not 0 <= (last - first).days < most_days or (
        len(found := periods(unit, first, last)) > MOST_PERIODS
    ):
        rule = f"is before until, by {MOST_PERIODS} periods at most"
        raise parameters.bad("since", rule, "records: indicators")
    return found


def _refuse_combinations(unit: str, split: str, traits: dict[str, str]) -> None:
    """Refuse figures that tell of small groups by the difference of others."""
    if unit == "day":
        raise Forbidden("figures by day need the scope records/read")
    if len({*traits, *({split} & set(TRAITS))}) > 1:
        raise Forbidden(f"figures by more than one of {', '.join(TRAITS)} need records/read")
    if split == "course" and traits:
        raise Forbidden("figures of some people by course need records/read; ask for one course")


def _courses(
    connection: Connection, question: Question, sight: Sight, catalogue: Catalogue
) -> frozenset[int] | None:
    """Numbers of the courses; of the platform as a whole it is 0 in tallies, and all in standings.

    Learners of several courses can't be added up, so within limits a course is named or split by.
    """
    inside = sight.courses(connection, catalogue)
    if question.course is not None:
        number = numbers_of(connection, [question.course]).get(question.course, -1)
        return frozenset({number}) if inside is None or number in inside else frozenset()
    if inside is not None and question.unit and question.split != "course" and len(inside) != 1:
        rule = "is required of this credential, which sees some courses only (or by=…,course)"
        raise parameters.bad("course", rule, "records: indicators")
    if inside is None and question.unit and question.split != "course":
        return frozenset({0})
    return inside


def _activity(found: list[Json], sight: Sight, least: int) -> list[Json]:
    rows = [_figures(row) for row in found]
    if sight.people:
        return rows
    return suppress(rows, _GROUPS, lambda row: row["period"], least)


def _figures(row: Json) -> Json:
    return {
        "period": row["period"],
        "split": row["split"],
        "connections": row["connections"],
        "distinct_learners": row["learners"],
        "connection_seconds": seconds(row["microseconds"]),
        "measured_seconds": seconds(row["measured"]),
        "enrolments": row["enrolments"],
        "completions": row["completions"],
    }


def _filled(rows: list[Json], question: Question) -> list[Json]:
    """The rows, with zeros for periods without any if there is one row for each."""
    if not question.unit or question.split:
        return rows
    by_period = {row["period"]: row for row in rows}
    zeros = {"split": "", **dict.fromkeys(ACTIVITY_FIGURES, 0)}
    return [by_period.get(each) or {"period": each} | zeros for each in question.periods]


def _named(connection: Connection, rows: list[Json], question: Question) -> list[Json]:
    """The rows with what they are split by under its own name."""
    names: dict[Any, str] = {}
    if question.split == "course":
        found = activities_of(connection, {row["split"] for row in rows})
        names = {number: iri for number, (iri, _) in found.items()}
    shown = []
    for row in rows:
        key = {question.split: names.get(row["split"], row["split"])} if question.split else {}
        period = {"period": row["period"]} if question.unit else {}
        rest = {name: v for name, v in row.items() if name not in {"split", "period"}}
        shown.append(period | key | rest)
    return shown

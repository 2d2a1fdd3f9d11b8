"""One learner's whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrs import parameters
from lrs.errors import NotFound
from lrs.records.listing import learner_name
from lrs.records.moments import seconds
from lrs.records.rows import told
from projections.queries.learner_figures import measured_of, months_of
from projections.queries.lists import rows_of_learner
from projections.queries.lookup import activities_of, identifiers_of, person_of
from projections.queries.models import BADGES, COMPLETIONS, ENROLMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lrs.call import Call
    from lrs.records.catalogue import Catalogue
    from lrs.records.sight import Sight
    from projections.queries.lookup import Person
    from projections.queries.models import Model
    from statements.connection import Connection

Json = dict[str, Any]
Numbers = frozenset[int]

PATH = "/records/learners"
MOST_ROWS = 1000  # of each kind; more is in the lists


def read_name(call: Call) -> str | None:
    """The learner that a call names, in the path or as a parameter; None: the caller's own."""
    in_path = call.incoming.path.removeprefix(PATH).removeprefix("/")
    parameters.only(call, {"as_of"} if in_path else {"as_of", "learner"})
    return in_path or learner_name(call)


def whole_record(
    connection: Connection, name: str | None, sight: Sight, catalogue: Catalogue
) -> Json:
    """Who a learner is, and all that the caller may see of their enrolments and so on.

    Raises:
        BadRequest: no learner is named, and none is the caller's own.
        NotFound: there is no such learner, or nothing of them that the caller may see.

    """
    number = sight.learner(connection, name)
    if number is None:
        raise parameters.bad("learner", "is required", "records")
    person = person_of(connection, number)
    courses = sight.courses(connection, catalogue)
    if person is None or (sight.limits.employers and person.employer not in sight.limits.employers):
        raise NotFound("there is no such learner")
    found = {
        model.name: rows_of_learner(connection, model, number, courses, MOST_ROWS)
        for model in (ENROLMENTS, COMPLETIONS, BADGES)
    }
    if courses is not None and not (found["enrolments"] or found["completions"]):
        raise NotFound("there is no such learner")
    return (
        _about(connection, person)
        | _lists(connection, found)
        | {"connections": _months(connection, number, courses)}
        | {"measured_seconds": _measured(connection, number, courses)}
    )


def _about(connection: Connection, person: Person) -> Json:
    return {
        "learner": person.key,
        "known": bool(person.known),
        "identifiers": identifiers_of(connection, person.number),
        "directorate": person.directorate,
        "employer": person.employer,
        "occupation": person.occupation,
        "cohort": person.cohort,
    }


def _lists(connection: Connection, found: Mapping[str, list[Json]]) -> Json:
    courses = {row["course"] for rows in found.values() for row in rows if "course" in row}
    names = activities_of(connection, courses)
    iris = {number: iri for number, (iri, _) in names.items()}
    titles = dict(names.values())

    def shown(model: Model) -> list[Json]:
        rows = [told(model, row, iris) for row in found[model.name]]
        if model.thing != "course":
            return [_without_learner(row) for row in rows]
        return [_without_learner(row) | _title(titles, row) for row in rows]

    return {model.name: shown(model) for model in (ENROLMENTS, COMPLETIONS, BADGES)}


def _title(titles: Mapping[str, str], row: Json) -> Json:
    title = titles.get(row["course"], "")
    return {"title": title} if title else {}


def _without_learner(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "learner"}


def _months(connection: Connection, number: int, courses: Numbers | None) -> list[Json]:
    """Connections by month: to the whole platform, or in each of the courses that are seen."""
    months = months_of(connection, number)
    inside = [m for m in months if (m[0] == 0 if courses is None else m[0] in courses)]
    names = activities_of(connection, {course for course, *_ in inside} - {0})
    return [
        {"month": month, "connections": connections, "seconds": seconds(microseconds)}
        | ({"course": names[course][0]} if course in names else {})
        for course, month, connections, microseconds in inside
    ]


def _measured(connection: Connection, number: int, courses: Numbers | None) -> Json:
    return {
        kind: seconds(microseconds)
        for kind, microseconds in sorted(measured_of(connection, number, courses).items())
    }

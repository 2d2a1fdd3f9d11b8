"""Courses: how learners stand in them, and the summary of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lrs import parameters
from lrs.errors import NotFound
from lrs.records.listing import TRAITS
from lrs.records.standings import told
from projections.queries.figures import Crowds, read_standings
from projections.queries.lookup import activities_of, numbers_of

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.records.catalogue import Catalogue
    from lrs.records.sight import Sight
    from statements.connection import Connection

Json = dict[str, Any]

LIST_PARAMETERS = frozenset({"tag", "format", "as_of"})
SUMMARY_PARAMETERS = frozenset({"course", "by", "as_of"})
FIELDS = (
    *("course", "title", "tags", "enrolled", "started", "completed", "failed"),
    *("completion_rate", "suppressed"),
)
_NOBODY = {"learners": 0, "enrolled": 0, "started": 0, "completed": 0, "failed": 0}


class Context(NamedTuple):
    """What answers about courses depend on beside the question."""

    sight: Sight
    catalogue: Catalogue
    least: int


def read_tag(call: Call) -> str | None:
    """The tag that a call of the list asks for."""
    parameters.only(call, LIST_PARAMETERS)
    return parameters.text(call, "tag")


def read_course(call: Call) -> tuple[str, str]:
    """The course that a summary is asked of, and by what it is broken down, or nothing."""
    parameters.only(call, SUMMARY_PARAMETERS)
    by = call.parameters.get("by", "")
    if by not in {"", *TRAITS}:
        raise parameters.bad("by", f"is one of {', '.join(TRAITS)}", "records: summaries")
    course = parameters.required(call, "course", parameters.iri)
    return course, by


def list_courses(connection: Connection, tag: str | None, context: Context) -> list[Json]:
    """Every course that is seen and has enrolments or stands in the catalogue, by IRI.

    Small groups are left out as in the list of all courses, whatever tag is asked for.
    """
    sight, known = context.sight, context.catalogue.courses()
    inside = sight.courses(connection, context.catalogue)
    crowds = Crowds(sight.limits.employers)
    found = {row["split"]: row for row in read_standings(connection, "course", inside, crowds)}
    numbers = numbers_of(connection, known)
    for number in numbers.values():
        if inside is None or number in inside:
            found.setdefault(number, {"split": number} | _NOBODY)
    names = activities_of(connection, found)
    rows = [row for number, row in found.items() if number in names]
    ordered = sorted(rows, key=lambda row: names[row["split"]][0])
    shown = [_described(row, names, context) for row in told(ordered, sight, context.least)]
    return [row for row in shown if tag is None or tag in row["tags"]]


def summarise(connection: Connection, course: str, by: str, context: Context) -> Json:
    """A course's title, tags and figures, and the same figures by a trait.

    Raises:
        NotFound: no statement is about the course, or it is outside the limits.

    """
    sight = context.sight
    number = numbers_of(connection, [course]).get(course)
    inside = sight.courses(connection, context.catalogue)
    if number is None or (inside is not None and number not in inside):
        raise NotFound("there is no such course")
    only, crowds = {number}, Crowds(sight.limits.employers)
    whole = read_standings(connection, "", only, crowds) or [{"split": ""} | _NOBODY]
    (total,) = told(whole, sight, context.least)
    names = activities_of(connection, only)
    summary = _described(total | {"split": number}, names, context)
    if by:
        parts = told(read_standings(connection, by, only, crowds), sight, context.least)
        summary["by"] = [{by: part.pop("split")} | part for part in parts]
    return summary


def _described(row: Json, names: dict[int, tuple[str, str]], context: Context) -> Json:
    """A row with the course's IRI, title (the catalogue's, else the statements') and tags."""
    iri, title = names[row["split"]]
    course = context.catalogue.courses().get(iri)
    about: Json = {
        "course": iri,
        "title": (course.title if course else "") or title,
        "tags": sorted(course.tags) if course else [],
    }
    return about | {name: v for name, v in row.items() if name != "split"}

"""Courses: those of the catalogue, and those that only statements name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from projections.exports.export import Export
from projections.queries.lookup import activities_of
from projections.reference.documents import load_catalogue
from projections.tables import completion, connection, enrolment, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.reference.catalogue import Course
    from statements.connection import Connection, Row

_MET = [
    select(place.c.resolved).distinct(),
    *(select(table.c.course).distinct() for table in (enrolment, completion, connection)),
]


def _read(connection: Connection) -> Iterator[Row]:
    catalogue = load_catalogue(connection)
    numbers = {number for query in _MET for (number,) in connection.rows(query)} - {0}
    titles = dict(activities_of(connection, numbers).values())
    for iri in sorted(catalogue.keys() | titles.keys()):
        yield _row(iri, titles.get(iri, ""), catalogue.course(iri))


def _row(iri: str, title: str, course: Course | None) -> Row:
    if course is None:
        return iri, title or None, [], None, None, None
    title = course.title or title
    tags, modules = list(course.tags), len(course.modules)
    return iri, title or None, tags, course.opening or None, float(course.minutes), modules


COURSES = Export(
    "courses",
    {
        "course": "text",
        "title": "text",
        "tags": "texts",
        "opening": "text",
        "minutes": "number",
        "modules": "whole",
    },
    _read,
)

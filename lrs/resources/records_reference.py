"""What records are folded by, read and changed: catalogue, badge definitions, directory."""

from __future__ import annotations

import io
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from lrs import parameters
from lrs.errors import Forbidden
from lrs.reference import Kind, reference_resource
from projections.reference import documents
from projections.reference.directory import Directory
from projections.reference.directory_json import ROWS, people_of, rows_of
from projections.reference.directory_rows import read_directory
from projections.reference.identifiers import FORMS, canonical_ifi
from projections.reference.people import (
    import_directory,
    load_directory,
    remove_identifiers,
    write_directory,
)
from projections.reference.problems import Refused
from projections.reference.yaml_documents import Document, read_document
from schemas.parsing import parse

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.record_limits import Limits
    from lrs.reference import Export, Sent, Wanted
    from projections.reference.revisions import Report
    from statements.connection import Connection
    from statements.database import Database

Json = dict[str, Any]


def _export_catalogue(connection: Connection, limits: Limits, _: str) -> bytes:
    """All courses, or those within the limits."""
    found = documents.load_documents(connection, documents.CATALOGUE).values()
    courses = [each for each in found if not limits.is_of_courses or _is_inside(each, limits)]
    return orjson.dumps({"courses": courses})


def _is_inside(course: Json, limits: Limits) -> bool:
    return course["id"] in limits.courses or not limits.tags.isdisjoint(course.get("tags", ()))


def _export_badges(connection: Connection, limits: Limits, _: str) -> bytes:
    """All badges; as among the records, none within limits on courses: they span courses."""
    shown = {} if limits.is_of_courses else documents.load_documents(connection, documents.BADGES)
    return orjson.dumps({"badges": [*shown.values()]})


def _bring_in_documents(kind: documents.Kind, database: Database, sent: Sent) -> Report:
    value, lines = read_document(sent.body) if sent.form == "yaml" else _read_json(sent.body)
    return documents.import_documents(
        database, kind, value, replace=sent.replace, lines=lines, wanted=sent.wanted
    )


def _take_out_document(
    kind: documents.Kind, database: Database, iri: str, wanted: Wanted
) -> Report:
    return documents.remove_documents(database, kind, [iri], wanted)


def _read_json(body: bytes) -> Document:
    """A JSON value, with its lines if it is YAML as well, as almost all JSON is."""
    value, lines = parse(body), dict[str, int]()
    with suppress(Refused):
        lines |= read_document(body).lines
    return Document(value, lines)


def _demand_directory(limits: Limits) -> None:
    """Who follows which course is not in the directory: it would show everybody."""
    if limits.is_of_courses:
        raise Forbidden("a credential that is limited to courses does not see the directory")


def _export_directory(connection: Connection, limits: Limits, form: str) -> bytes:
    """All people, or those of the employers within the limits."""
    found = _within(load_directory(connection), limits)
    if form == "json":
        return orjson.dumps({ROWS: rows_of(found)})
    text = io.StringIO()
    write_directory(found, text)
    return text.getvalue().encode()


def _within(directory: Directory, limits: Limits) -> Directory:
    if not limits.employers:
        return directory
    shown = {one: who for one, who in directory.people.items() if who.employer in limits.employers}
    return Directory(shown)


def _bring_in_people(database: Database, sent: Sent) -> Report:
    people = read_directory(sent.body) if sent.form == "csv" else people_of(parse(sent.body))
    return import_directory(database, people, replace=sent.replace, wanted=sent.wanted)


def _take_out_person(database: Database, identifier: str, wanted: Wanted) -> Report:
    return remove_identifiers(database, [identifier], wanted)


def _identifier(call: Call, name: str) -> str | None:
    """An identifier in any form that the directory takes, as it is kept."""
    text = parameters.text(call, name)
    found = None if text is None else canonical_ifi(text)
    if text is not None and found is None:
        raise parameters.bad(name, f"is {FORMS}", "records: reference data")
    return found


def _kind_of_documents(path: str, kind: documents.Kind, export: Export) -> Kind:
    return Kind(
        path=path,
        name=kind.name,
        key=("iri", parameters.iri),
        reads=("json",),
        takes=("json", "yaml"),
        demand=lambda _: None,
        bring_in=partial(_bring_in_documents, kind),
        take_out=partial(_take_out_document, kind),
        export=export,
    )


DIRECTORY = Kind(
    path="/records/directory",
    name="directory",
    key=("identifier", _identifier),
    reads=("json", "csv"),
    takes=("json", "csv"),
    demand=_demand_directory,
    export=_export_directory,
    bring_in=_bring_in_people,
    take_out=_take_out_person,
)
KINDS = [
    _kind_of_documents("/records/catalogue", documents.CATALOGUE, _export_catalogue),
    _kind_of_documents("/records/badge-definitions", documents.BADGES, _export_badges),
    DIRECTORY,
]
RESOURCES = [reference_resource(kind) for kind in KINDS]

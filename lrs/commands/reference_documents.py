"""What `lrs catalogue` and `lrs badges` do alike."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from lrs.commands.reference import explained, opened_output, read_input, show_report
from lrs.failures import Failure
from projections.opening import open_records
from projections.reference.documents import (
    CATALOGUE,
    import_documents,
    load_catalogue,
    load_documents,
)
from projections.reference.yaml_documents import read_document, write_document

if TYPE_CHECKING:
    from lrs.settings import Settings
    from projections.reference.documents import Kind

Json = dict[str, Any]


def import_file(settings: Settings, kind: Kind, file: str, *, replace: bool, as_json: bool) -> None:
    """Bring a file in and say what has changed."""
    with explained(file, as_json=as_json):
        value, lines = read_document(read_input(file))
        with closing(open_records(settings.records_url)) as database:
            report = import_documents(database, kind, value, replace=replace, lines=lines)
    show_report(report, as_json=as_json)


def export_documents(settings: Settings, kind: Kind, file: str) -> None:
    """Write everything as a file that can be brought in again."""
    documents = _load(settings, kind)
    with opened_output(file) as stream:
        stream.write(write_document({kind.member: list(documents.values())}))


def list_lines(settings: Settings, kind: Kind, name: str, *, as_json: bool) -> None:
    """List IRIs and names, a line each; or everything as JSON."""
    documents = _load(settings, kind)
    if as_json:
        click.echo(json.dumps(list(documents.values()), ensure_ascii=False))
    for iri, document in documents.items() if not as_json else ():
        click.echo(f"{iri}  {document.get(name, '')}".rstrip())


def show_one(settings: Settings, kind: Kind, iri: str) -> None:
    """Show one as YAML."""
    documents = _load(settings, kind)
    document = documents.get(iri)
    if document is None and kind is CATALOGUE:
        document = documents.get(_course_of(settings, iri))
    if document is None:
        raise Failure(f"there is none with the IRI {iri}: see lrs {kind.name} list")
    click.echo(write_document(document), nl=False)


def _load(settings: Settings, kind: Kind) -> dict[str, Json]:
    with closing(open_records(settings.records_url)) as database:
        return database.read(lambda connection: load_documents(connection, kind))


def _course_of(settings: Settings, activity: str) -> str:
    with closing(open_records(settings.records_url)) as database:
        return database.read(load_catalogue).course_of(activity)

"""`lrs catalogue`: the courses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lrs.commands import reference
from lrs.commands.options import JSON_OUTPUT
from lrs.commands.reference_documents import export_documents, import_file, list_lines, show_one
from projections.reference.documents import CATALOGUE

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.group(short_help="Bring courses in, list them, write them out.")
def catalogue() -> None:
    """Bring courses in, list them, write them out.

    Everything works without a catalogue, from what statements say. It adds titles, tags, which
    modules there are and which of them are required.
    """


@catalogue.command("import")
@reference.INPUT
@reference.REPLACE
@JSON_OUTPUT
@reference.with_records
def import_(settings: Settings, file: str, *, replace: bool, as_json: bool) -> None:
    """Bring the courses of a YAML or JSON FILE in.

    Courses that the file does not name stay as they are. If anything is wrong, everything that is
    wrong is told by its line, and nothing is changed.
    """
    import_file(settings, CATALOGUE, file, replace=replace, as_json=as_json)


@catalogue.command()
@reference.OUTPUT
@reference.with_records
def export(settings: Settings, file: str) -> None:
    """Write all courses as YAML."""
    export_documents(settings, CATALOGUE, file)


@catalogue.command("list")
@JSON_OUTPUT
@reference.with_records
def list_(settings: Settings, *, as_json: bool) -> None:
    """List the courses by IRI and title."""
    list_lines(settings, CATALOGUE, "title", as_json=as_json)


@catalogue.command()
@click.argument("iri")
@reference.with_records
def show(settings: Settings, iri: str) -> None:
    """Show the course with this IRI, or the one that an activity with it belongs to."""
    show_one(settings, CATALOGUE, iri)

"""`lrs badges`: the definitions of badges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lrs.commands import reference
from lrs.commands.options import JSON_OUTPUT
from lrs.commands.reference_documents import export_documents, import_file, list_lines, show_one
from projections.reference.documents import BADGES

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.group(short_help="Bring badge definitions in, list and export them.")
def badges() -> None:
    """Bring badge definitions in, list them, write them out.

    A definition says what somebody has to have done to be eligible for the badge.
    """


@badges.command("import")
@reference.INPUT
@reference.REPLACE
@JSON_OUTPUT
@reference.with_records
def import_(settings: Settings, file: str, *, replace: bool, as_json: bool) -> None:
    """Bring the badges of a YAML or JSON FILE in.

    Badges that the file does not name stay as they are. If anything is wrong, everything that is
    wrong is told by its line, and nothing is changed.
    """
    import_file(settings, BADGES, file, replace=replace, as_json=as_json)


@badges.command()
@reference.OUTPUT
@reference.with_records
def export(settings: Settings, file: str) -> None:
    """Write all badges as YAML."""
    export_documents(settings, BADGES, file)


@badges.command("list")
@JSON_OUTPUT
@reference.with_records
def list_(settings: Settings, *, as_json: bool) -> None:
    """List the badges by IRI and name."""
    list_lines(settings, BADGES, "name", as_json=as_json)


@badges.command()
@click.argument("iri")
@reference.with_records
def show(settings: Settings, iri: str) -> None:
    """Show the badge with this IRI."""
    show_one(settings, BADGES, iri)

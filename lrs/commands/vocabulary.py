"""`lrs vocabulary`: what the verbs of the site's own sources mean."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from lrs.commands import reference
from lrs.commands.options import JSON_OUTPUT
from projections.opening import open_records
from projections.reference.vocabulary import (
    import_vocabulary,
    load_vocabulary,
    read_vocabulary,
    write_vocabulary,
)

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.group(short_help="Say what the verbs of your own sources mean.")
def vocabulary() -> None:
    """Say what the verbs of your own sources mean, beside those that are known."""


@vocabulary.command("import")
@reference.INPUT
@JSON_OUTPUT
@reference.with_records
def import_(settings: Settings, file: str, *, as_json: bool) -> None:
    """Make the rows of a CSV FILE your own vocabulary, in the place of the one before."""
    with reference.explained(file, as_json=as_json):
        rows = read_vocabulary(reference.read_input(file))
    with closing(open_records(settings.records_url)) as database:
        report = import_vocabulary(database, list(rows.values()))
    reference.show_report(report, as_json=as_json)


@vocabulary.command()
@reference.OUTPUT
@reference.with_records
def export(settings: Settings, file: str) -> None:
    """Write your own vocabulary as CSV."""
    with closing(open_records(settings.records_url)) as database:
        rows = database.read(load_vocabulary)
    with reference.opened_output(file) as stream:
        write_vocabulary(rows, stream)

"""`lrs directory`: who people are."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from lrs.commands import reference
from lrs.commands.options import JSON_OUTPUT
from lrs.failures import Failure
from projections.opening import open_records
from projections.reference.directory_rows import read_directory
from projections.reference.identifiers import canonical_ifi
from projections.reference.people import import_directory, load_directory, write_directory

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.group(short_help="Say who people are: identifiers, directorates.")
def directory() -> None:
    """Say which identifiers are one person, and where they work.

    Somebody whom the directory does not know is kept all the same, under "unknown".
    """


@directory.command("import")
@reference.INPUT
@reference.REPLACE
@JSON_OUTPUT
@reference.with_records
def import_(settings: Settings, file: str, *, replace: bool, as_json: bool) -> None:
    """Bring the people of a CSV FILE in, a row for each identifier.

    Identifiers that the file does not name stay as they are, but what it says of a learner holds
    for all of them. If anything is wrong, everything that is wrong is told by its line, and nothing
    is changed.
    """
    with reference.explained(file, as_json=as_json):
        people = read_directory(reference.read_input(file))
    with closing(open_records(settings.records_url)) as database:
        report = import_directory(database, people, replace=replace)
    reference.show_report(report, as_json=as_json)


@directory.command()
@reference.OUTPUT
@reference.with_records
def export(settings: Settings, file: str) -> None:
    """Write the directory as CSV."""
    with closing(open_records(settings.records_url)) as database:
        found = database.snapshot(load_directory)
    with reference.opened_output(file) as stream:
        write_directory(found, stream)


@directory.command()
@click.argument("identifier")
@JSON_OUTPUT
@reference.with_records
def show(settings: Settings, identifier: str, *, as_json: bool) -> None:
    """Show the person with this IDENTIFIER, and the others that they have."""
    with closing(open_records(settings.records_url)) as database:
        found = database.snapshot(load_directory)
    person = found.person(canonical_ifi(identifier) or "")
    if person is None:
        raise Failure("the directory knows nobody with this identifier")
    identifiers = sorted(one for one, who in found.people.items() if who == person)
    if as_json:
        facts = {**person._asdict(), "identifiers": identifiers}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in person._asdict().items():
        click.echo(f"{name:<13} {value}".rstrip())
    for each in identifiers:
        click.echo(f"{'identifier':<13} {each}")

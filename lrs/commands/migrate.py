"""`lrs migrate`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from lrs.commands.options import RECORDS, with_settings
from projections.opening import create_records, grant_records
from statements import migrate as migrations
from statements.opening import open_database

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.command(short_help="Create the store, or bring it up to date.")
@click.option(
    "--grant",
    "role",
    metavar="ROLE",
    envvar="LRS_GRANT",
    show_envvar=True,
    help="Give this PostgreSQL role what a server needs: it may read, append, and no more.",
)
@with_settings(*RECORDS)
def migrate(settings: Settings, role: str | None) -> None:
    """Create the store and the records beside it, or bring them up to date.

    Several may run at once.

    On PostgreSQL, run it as the owner of the tables and let servers connect as another role.
    """
    with closing(open_database(settings.database_url)) as database:
        for name in migrations.migrate(database):
            click.echo(f"applied {name}")
        for name in migrations.distribute(database):
            click.echo(f"distributed {name}")
        if tables := create_records(settings.records_url):
            click.echo(f"made the tables of the records: {', '.join(tables)}")
        if role is not None:
            try:
                migrations.grant(database, role)
                grant_records(settings.records_url, role)
            except ValueError as error:
                raise click.BadParameter(str(error), param_hint="--grant") from None
            click.echo(f"granted what a server needs to {role}")

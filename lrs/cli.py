"""The `lrs` command: one group, a file for each command in `lrs/commands`."""

from __future__ import annotations

import sys

import click

from lrs.commands import credentials, export, import_, migrate, run, serve
from lrs.importing.sources import SourceError
from lrs.serving import ServingError
from lrs.settings import SettingsError
from statements.errors import StoreError

USAGE_STATUS = 2
FAILURE_STATUS = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="villeapp-lrs")
def lrs() -> None:
    """The learning record store of Ville@pp.

    Every option has an environment variable, shown in brackets; the other settings of the server
    are environment variables only (docs/operate.md).
    """


for command in (
    run.run,
    serve.serve,
    migrate.migrate,
    credentials.credentials,
    import_.import_,
    export.export_,
):
    lrs.add_command(command)


def main() -> None:
    """Run the command; an expected failure is one line on standard error and status 1 or 2."""
    try:
        lrs(prog_name="lrs")
    except SettingsError as error:
        _fail(str(error), USAGE_STATUS)
    except (StoreError, ServingError, SourceError, OSError) as error:
        _fail(str(error), FAILURE_STATUS)


def _fail(message: str, status: int) -> None:
    click.echo(f"lrs: {message}", err=True)
    sys.exit(status)

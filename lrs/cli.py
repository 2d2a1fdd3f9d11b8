"""The `lrs` command: one group, a file for each command in `lrs/commands`."""

from __future__ import annotations

import sys
from importlib import import_module

import click
from typing_extensions import override

from analytics.errors import LakeError
from lrs.failures import Failure
from statements.errors import StoreError

COMMANDS = {
    "run": "lrs.commands.run:run",
    "serve": "lrs.commands.serve:serve",
    "work": "lrs.commands.work:work",
    "projections": "lrs.commands.projections:projections",
    "migrate": "lrs.commands.migrate:migrate",
    "credentials": "lrs.commands.credentials:credentials",
    "import": "lrs.commands.import_:import_",
    "export": "lrs.commands.export:export_",
    "check": "lrs.commands.check:check_",
    "catalogue": "lrs.commands.catalogue:catalogue",
    "badges": "lrs.commands.badges:badges",
    "directory": "lrs.commands.directory:directory",
    "vocabulary": "lrs.commands.vocabulary:vocabulary",
    "simulate": "lrs.commands.simulate:simulate",
    "analytics": "lrs.commands.analytics:analytics",
}


class LazyGroup(click.Group):
    """A group that loads only the command it is asked for: some need a second to load."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="villeapp-lrs")
def lrs() -> None:
    """The learning record store of Ville@pp.

    Every option has an environment variable, shown in brackets; the other settings of the server
    are environment variables only (docs/operate.md).
    """


def main() -> None:
    """Run the command; an expected failure is one line on standard error and status 1 or 2."""
    try:
        lrs(prog_name="lrs")
    except (Failure, StoreError, LakeError, OSError) as error:
        click.echo(f"lrs: {error}", err=True)
        sys.exit(error.status if isinstance(error, Failure) else Failure.status)

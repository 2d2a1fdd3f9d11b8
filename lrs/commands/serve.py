"""`lrs serve`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from lrs.commands.options import STORE, with_settings
from lrs.serving import serve as serve_application
from lrs.wiring import build
from statements.migrate import open_current

if TYPE_CHECKING:
    from lrs.settings import Settings


@click.command()
@with_settings("host", "port", "workers", *STORE)
def serve(settings: Settings) -> None:
    """Serve xAPI over HTTP until SIGTERM or Ctrl-C.

    The database has to be migrated before: see `lrs migrate`.
    """
    with open_current(settings.database_url):
        pass  # what is wrong with it is said here, in one line, rather than by each worker
    sys.exit(serve_application(settings, build))

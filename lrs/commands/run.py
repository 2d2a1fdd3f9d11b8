"""`lrs run`: from nothing to a server that answers, in one command."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import click

from lrs.commands.options import STORE, with_settings
from lrs.issuing import Wish, issue
from lrs.serving import serve
from lrs.wiring import build
from statements.credentials import find_credential
from statements.migrate import migrate
from statements.opening import open_database

if TYPE_CHECKING:
    from lrs.settings import Settings
    from statements.database import Database

EXAMPLE = {
    "actor": {"account": {"homePage": "https://example.org", "name": "agent-0001"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://example.org/courses/first-aid"},
}


@click.command(short_help="Set up what is missing, show how to post, and serve.")
@with_settings("host", "port", "workers", *STORE)
def run(settings: Settings) -> None:
    """Migrate, create a first credential if there is none, show how to post, and serve.

    For trying out and for small installations. The first credential's secret is kept in the data
    folder, readable by you alone, so that it can be shown again; delete the file when you have
    credentials of your own.
    """
    with closing(open_database(settings.database_url)) as database:
        migrate(database)
        key, secret = _first_credential(database, settings)
    _show(settings, key, secret)
    sys.exit(serve(settings, build))


def _first_credential(database: Database, settings: Settings) -> tuple[str, str]:
    """Key and secret of the credential of the last time if it is still good, else of a new one."""
    file = settings.data_dir / "first-credential.json"
    if file.exists():
        kept = json.loads(file.read_text())
        found = database.read(lambda connection: find_credential(connection, kept["key"]))
        if found is not None and found.revoked is None:
            return kept["key"], kept["secret"]
    credential, secret = issue(database, Wish("first", ["all"]), settings)
    _write_private(file, json.dumps({"key": credential.key, "secret": secret}))
    return credential.key, secret


def _write_private(file: Path, text: str) -> None:
    """Write a file for the owner alone, whole or not at all: another `lrs run` may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, delete=False) as new:
        try:
            new.write(text)
            new.flush()
        except OSError:
            Path(new.name).unlink()
            raise
    Path(new.name).replace(file)


def _show(settings: Settings, key: str, secret: str) -> None:
    scheme = "https" if settings.tls_certificate else "http"
    endpoint = f"{scheme}://{settings.host}:{settings.port}{settings.base_path}"
    click.echo(
        f"""
endpoint  {endpoint}
key       {key}
secret    {secret}

curl -u '{key}:{secret}' -H 'X-Experience-API-Version: 2.0.0' \\
  -H 'Content-Type: application/json' -d '{json.dumps(EXAMPLE)}' \\
  {endpoint}/statements
"""
    )
    sys.stdout.flush()

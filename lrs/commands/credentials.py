"""`lrs credentials`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from lrs.auth import SCOPES
from lrs.commands.options import JSON_OUTPUT, STORE, with_settings
from lrs.issuing import Wish, issue
from lrs.record_limits import Limits, parse_limits
from statements.clock import microseconds_of, text_of
from statements.credentials import list_credentials, revoke_credential
from statements.migrate import open_current

if TYPE_CHECKING:
    from lrs.settings import Settings
    from statements.credentials import Credential

DEFAULT_SCOPES = ("statements/write", "statements/read/mine")  # Communication 4.2


@click.group()
def credentials() -> None:
    """Create, list and revoke credentials. There is none until you create one."""


@credentials.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(SCOPES)),
    default=DEFAULT_SCOPES,
    show_default=True,
    envvar="LRS_CREDENTIAL_SCOPES",
    show_envvar=True,
    help="What it may do; repeat for several.",
)
@click.option(
    "--authority",
    metavar="JSON",
    envvar="LRS_CREDENTIAL_AUTHORITY",
    show_envvar=True,
    help="Agent that its statements get as authority; {key}, {label} and {organisation} are "
    "replaced. By default an account named after the key.",
)
@click.option(
    "--organisation",
    default="",
    metavar="NAME",
    envvar="LRS_CREDENTIAL_ORGANISATION",
    show_envvar=True,
    help="Whose statements they are.",
)
@click.option(
    "--confined",
    is_flag=True,
    envvar="LRS_CREDENTIAL_CONFINED",
    show_envvar=True,
    help="It reads and voids only what its organisation sent, and has documents of its own.",
)
@click.option(
    "--expires-in-days",
    type=click.FloatRange(min=0, min_open=True),
    metavar="DAYS",
    envvar="LRS_CREDENTIAL_EXPIRES_IN_DAYS",
    show_envvar=True,
    help="It ends by itself; by default it does not.",
)
@click.option(
    "--records-course",
    "courses",
    multiple=True,
    metavar="IRI",
    envvar="LRS_CREDENTIAL_RECORDS_COURSE",
    show_envvar=True,
    help="Of the learning records it sees this course only; repeat for several.",
)
@click.option(
    "--records-tag",
    "tags",
    multiple=True,
    metavar="TAG",
    envvar="LRS_CREDENTIAL_RECORDS_TAG",
    show_envvar=True,
    help="It sees the courses with this tag of the catalogue, beside those named.",
)
@click.option(
    "--records-employer",
    "employers",
    multiple=True,
    metavar="NAME",
    envvar="LRS_CREDENTIAL_RECORDS_EMPLOYER",
    show_envvar=True,
    help="It sees the people of this employer only; repeat for several.",
)
@JSON_OUTPUT
@with_settings("public_url", *STORE)
def create(  # noqa: PLR0913  # one parameter for each option
    settings: Settings,
    *,
    name: str,
    scopes: tuple[str, ...],
    authority: str | None,
    organisation: str,
    confined: bool,
    expires_in_days: float | None,
    courses: tuple[str, ...],
    tags: tuple[str, ...],
    employers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Create a credential labelled NAME and show its secret, once."""
    expires = None
    if expires_in_days is not None:
        expires = microseconds_of(datetime.now(UTC) + timedelta(days=expires_in_days))
    limits = Limits(frozenset(courses), frozenset(tags), frozenset(employers))
    wish = Wish(
        name, scopes, authority, organisation, confined=confined, expires=expires, limits=limits
    )
    with open_current(settings.database_url) as database:
        try:
            credential, secret = issue(database, wish, settings)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    shown = _facts(credential) | {"secret": secret}
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _lines(shown))


@credentials.command("list")
@JSON_OUTPUT
@with_settings(*STORE)
def list_(settings: Settings, *, as_json: bool) -> None:
    """List all credentials, without their secrets."""
    with open_current(settings.database_url) as database:
        facts = [_facts(each) for each in database.read(list_credentials)]
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo("\n\n".join(map(_lines, facts)) or "There is no credential.")


@credentials.command()
@click.argument("key")
@with_settings(*STORE)
def revoke(settings: Settings, *, key: str) -> None:
    """Revoke the credential with this KEY, at once and for good."""
    with open_current(settings.database_url) as database:
        if not revoke_credential(database, key):
            click.echo(f"lrs: there is no active credential with the key {key}", err=True)
            sys.exit(1)
    click.echo(f"revoked {key}")


def _facts(credential: Credential) -> dict[str, object]:
    """What may be shown of a credential."""
    times = {
        name: text_of(moment)
        for name in ("created", "expires", "revoked", "last_used")
        if (moment := getattr(credential, name)) is not None
    }
    return {
        "key": credential.key,
        "label": credential.label,
        "scopes": credential.scopes.split(),
        "authority": json.loads(credential.authority),
        "organisation": credential.organisation,
        "confined": credential.confined,
        **{f"records_{name}": of for name, of in parse_limits(credential.limits).facts.items()},
        **times,
    }


def _lines(facts: dict[str, object]) -> str:
    shown = {name: " ".join(v) if isinstance(v, list) else v for name, v in facts.items()}
    shown["authority"] = json.dumps(facts["authority"], ensure_ascii=False)
    return "\n".join(
        f"{name:<13} {value}" for name, value in shown.items() if value not in {"", None}
    )

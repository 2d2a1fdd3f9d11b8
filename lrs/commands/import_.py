"""`lrs import`: statements from a file, from standard input or from another record store."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from lrs.commands.options import JSON_OUTPUT, STORE, with_settings
from lrs.commands.progress import ProgressLine
from lrs.importing.appending import Importer
from lrs.importing.bookmarks import BookmarkFile
from lrs.importing.checking import Checker, Rules
from lrs.importing.patience import PatientClient
from lrs.importing.remote import Remote
from lrs.importing.report import SHOWN_REFUSALS, Report
from lrs.importing.running import import_remote, import_source
from lrs.importing.sources import Source, SourceError, opened
from lrs.issuing import fill_authority, home_of
from schemas.versions import Version
from statements.append import Appender
from statements.errors import StoreError
from statements.migrate import open_current
from statements.terms import Dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lrs.settings import Settings
    from statements.database import Database

REFUSED_STATUS = 3
DEFAULT_AUTHORITY = (
    '{"objectType":"Agent","account":{"homePage":"{home}","name":"import:{source}"}}'
)
STANDARD_INPUT = "-"

_option = partial(click.option, show_envvar=True)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """The options of the command."""

    source: str
    xapi_version: str | None
    authority: str | None
    keep_authority: bool
    organisation: str
    define: bool
    attachments: Path | None
    refused: Path | None
    key: str | None
    secret_file: Path | None
    secret: str | None = field(repr=False)
    page_size: int
    rate: float | None
    restart: bool
    as_json: bool

    @property
    def is_remote(self) -> bool:
        """Whether the source is another store."""
        return self.source.startswith(("http://", "https://"))

    @property
    def source_name(self) -> str:
        """The source in a word or two."""
        if self.is_remote:
            return urlsplit(self.source).hostname or self.source
        return "standard input" if self.source == STANDARD_INPUT else Path(self.source).name

    @property
    def version(self) -> Version | None:
        """The version of xAPI, if it is not left to the statements."""
        return Version(self.xapi_version) if self.xapi_version else None


@click.command(
    "import",
    context_settings={"auto_envvar_prefix": "LRS_IMPORT"},
    short_help="Take statements in from a file or from another store.",
)
@click.argument("source", metavar="FILE|-|URL")
@_option(
    "--xapi-version",
    type=click.Choice([each.value for each in Version]),
    help="Hold all statements to this version; by default each to the one that it says or shows.",
)
@_option(
    "--authority",
    metavar="JSON",
    help="Agent that becomes the authority of statements without one; {source} and {organisation} "
    "are replaced. By default an account named after the source.",
)
@_option(
    "--keep-authority/--no-keep-authority",
    default=True,
    show_default=True,
    help="Trust the authority that a statement has.",
)
@_option("--organisation", default="", metavar="NAME", help="Whose statements they are.")
@_option(
    "--define/--no-define",
    default=True,
    show_default=True,
    help="Take over the activities' definitions and the agents' names.",
)
@_option(
    "--attachments",
    type=_FOLDER,
    help="Folder with the contents of attachments, named by their SHA-2, as `lrs export` writes "
    "them.",
)
@_option("--refused", type=_FILE, help="Write there, as JSON lines, what was refused and why.")
@_option("--key", help="Key for the other record store.")
@_option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with its secret, which may stand in LRS_IMPORT_SECRET instead.",
)
@_option("--secret", hidden=True, help="By its variable only: command lines are seen by others.")
@_option(
    "--page-size",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    metavar="N",
    help="Statements to ask the other store for at a time.",
)
@_option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Requests per second that the other store gets at most.",
)
@_option("--restart", is_flag=True, help="Read the other store from its beginning again.")
@JSON_OUTPUT
@with_settings(*STORE)
def import_(settings: Settings, **chosen: Any) -> None:  # noqa: ANN401  # click passes all by name
    """Take statements in, by the same rules as over HTTP.

    A FILE, or standard input (-), has JSON lines or one or several JSON arrays, gzipped or not. A
    URL is the xAPI endpoint of another record store; its attachments and voided statements come
    along, and a later import goes on where the last one ended.

    Ids stay. A statement without one gets an id made of its content. So an import may be killed at
    any time and repeated: what is known is not added again. `stored` is set anew, as the
    specification demands.

    Ends with status 0 if all statements are in the store, 3 if some were refused, 1 if it could not
    read or write on.

    \b
    lrs import statements.jsonl.gz
    lrs simulate --statements 100000 | lrs import -
    LRS_IMPORT_SECRET=... lrs import https://lrs.example.org/xapi --key KEY --refused refused.jsonl
    """  # noqa: D301  # \b keeps click from filling the lines after it
    choice = _Choice(**chosen)
    checker = Checker(_rules(choice, settings))
    with open_current(settings.database_url) as database, _reporting(choice) as report:
        importer = Importer(Appender(database, Dictionary()), checker, report)
        if choice.is_remote:
            _import_remote(choice, settings, database, importer)
        else:
            _import_stream(choice, settings, importer)
    if not report.is_clean:
        sys.exit(REFUSED_STATUS)


@contextmanager
def _reporting(choice: _Choice) -> Iterator[Report]:
    """A report, shown at the end also of an import that breaks off."""
    with ExitStack() as files:
        file = (
            files.enter_context(choice.refused.open("w", encoding="utf-8"))
            if choice.refused
            else None
        )
        report = Report(file)
        try:
            yield report
        except (SourceError, StoreError):
            _show(report, choice)
            raise
        _show(report, choice)


def _rules(choice: _Choice, settings: Settings) -> Rules:
    values = {
        "home": home_of(settings),
        "source": choice.source_name,
        "organisation": choice.organisation,
    }
    try:
        authority = fill_authority(choice.authority or DEFAULT_AUTHORITY, values)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--authority") from None
    return Rules(
        authority=authority,
        keep_authority=choice.keep_authority,
        organisation=choice.organisation,
        may_define=choice.define,
        version=choice.version,
        max_depth=settings.max_json_depth,
    )


def _import_stream(choice: _Choice, settings: Settings, importer: Importer) -> None:
    with _stream(choice) as source, ProgressLine() as progress:
        import_source(importer, source, settings.max_batch_bytes, progress)


@contextmanager
def _stream(choice: _Choice) -> Iterator[Source]:
    if choice.source == STANDARD_INPUT:
        yield Source(sys.stdin.buffer, None, choice.attachments)
    elif not Path(choice.source).exists():
        raise click.BadParameter(f"there is no file {choice.source}", param_hint="SOURCE")
    else:
        with opened(Path(choice.source), choice.attachments) as source:
            yield source


def _import_remote(
    choice: _Choice, settings: Settings, database: Database, importer: Importer
) -> None:
    if not choice.key:
        raise click.UsageError("another record store is asked with --key and a secret")
    bookmarks = BookmarkFile(settings.data_dir / "imports", choice.source, choice.key)
    if choice.restart:
        bookmarks.remove()
    with (
        closing(PatientClient(choice.key, _secret(choice), choice.rate)) as client,
        ProgressLine() as progress,
    ):
        remote = Remote(client, choice.source, choice.version, choice.page_size)
        import_remote(importer, remote, database, bookmarks, progress)


def _secret(choice: _Choice) -> str:
    if choice.secret_file is not None:
        return choice.secret_file.read_text().strip()
    if choice.secret is not None:
        return choice.secret
    raise click.UsageError("the secret is missing: name a --secret-file or set LRS_IMPORT_SECRET")


def _show(report: Report, choice: _Choice) -> None:
    for refusal in report.first_refusals:
        click.echo(f"refused: {refusal}", err=True)
    if report.refused + report.conflicts > SHOWN_REFUSALS and choice.refused is None:
        click.echo("refused: and more; --refused FILE keeps them all", err=True)
    facts = report.facts()
    if choice.as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo(
            "{new:,} new, {known:,} known, {refused:,} refused, {conflicts:,} in conflict "
            "({seconds:.1f} s, {statements_per_second:,} statements/s)".format(**facts)
        )

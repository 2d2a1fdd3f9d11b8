"""`lrs export`: statements as JSON lines."""

from __future__ import annotations

import gzip
import re
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from lrs.commands.agent import Agent
from lrs.commands.options import STORE, with_settings
from lrs.commands.progress import ProgressLine
from lrs.exporting import Selection, export
from schemas.errors import SchemaError
from schemas.formats import is_iri, parse_timestamp
from schemas.versions import Version
from statements.clock import microseconds_of
from statements.filters import Filters, Scope
from statements.migrate import open_current, require_current

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from lrs.settings import Settings

STANDARD_OUTPUT = "-"
COMPRESSION_LEVEL = 6  # gzip's own default; the highest takes three times as long for 2 % less

_option = partial(click.option, show_envvar=True)


class _Moment(click.ParamType[int, str]):
    """ISO 8601, a day alone being its beginning in UTC; microseconds since 1970."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = f"{value}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
        try:
            return microseconds_of(parse_timestamp(text, Version.V1))
        except SchemaError as error:
            self.fail("; ".join(each.rule for each in error.problems), param, ctx)


class _Iri(click.ParamType[str, str]):
    """An IRI with its scheme."""

    name = "iri"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_iri(value):
            self.fail(f"{value!r} is no IRI, such as http://example.org/course", param, ctx)
        return str(value)


@click.command(
    "export",
    context_settings={"auto_envvar_prefix": "LRS_EXPORT"},
    short_help="Write statements as JSON lines.",
)
@click.argument("file", metavar="[FILE|-]", default=STANDARD_OUTPUT)
@_option("--since", type=_Moment(), metavar="TIME", help="Stored after this time.")
@_option("--until", type=_Moment(), metavar="TIME", help="Stored at this time or before.")
@_option("--verb", type=_Iri(), metavar="IRI", help="With this verb.")
@_option("--activity", type=_Iri(), metavar="IRI", help="About this activity.")
@_option(
    "--agent",
    type=Agent(),
    metavar="JSON|MBOX",
    help='About this person: a JSON Agent, or an address such as "mailto:a@example.org".',
)
@_option("--registration", type=click.UUID, metavar="UUID", help="With this registration.")
@_option(
    "--related",
    is_flag=True,
    help="The activity or the agent may also stand elsewhere, such as in the context.",
)
@_option("--organisation", default="", metavar="NAME", help="That this organisation sent.")
@_option(
    "--voided/--no-voided",
    default=True,
    show_default=True,
    help="With the statements that were voided, or without.",
)
@_option(
    "--after",
    type=click.IntRange(0),
    metavar="POSITION",
    help="That follow this position of the log.",
)
@_option("--limit", type=click.IntRange(0), metavar="N", help="So many at most.")
@_option(
    "--with-position",
    is_flag=True,
    help="Each statement inside an object with its position in the log and its time.",
)
@_option(
    "--attachments",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the contents of their attachments into this folder, named by their SHA-2.",
)
@with_settings(*STORE)
def export_(settings: Settings, file: str, **chosen: Any) -> None:  # noqa: ANN401  # click passes all by name
    """Write statements as JSON lines, oldest first, as they were stored.

    Without FILE they go to standard output. A name that ends in .gz packs them. A FILE is there
    only when it is whole. Filters mean what they mean in GET /statements; several have to hold
    together. A server may go on running: what comes meanwhile stays out.

    `lrs import` takes everything back, with ids, authorities and voids. Only `stored` becomes the
    time of the import: it says when this store took a statement, and its order and paging rest on
    it, so that it can't be carried over.

    \b
    lrs export statements.jsonl.gz --attachments attachments
    lrs export --verb http://adlnet.gov/expapi/verbs/completed --since 2026-01-01 | wc -l
    """  # noqa: D301  # \b keeps click from filling the lines after it
    selection = _selection(**chosen)
    with open_current(settings.database_url) as database:
        require_current(database)
        with _opened(file) as stream, ProgressLine() as progress:
            lines = export(database, selection, stream.write, progress.show)
    click.echo(f"{lines:,} statements", err=True)


def _selection(  # noqa: PLR0913  # one parameter for each option
    *,
    related: bool,
    registration: UUID | None,
    organisation: str,
    voided: bool,
    after: int | None,
    limit: int | None,
    with_position: bool,
    attachments: Path | None,
    **filters: Any,  # noqa: ANN401  # those named like their filter
) -> Selection:
    return Selection(
        filters=Filters(
            **filters,
            registration=str(registration) if registration else None,
            related_agents=related,
            related_activities=related,
            cursor=after,
            with_voided=voided,
        ),
        scope=Scope(organisation=organisation),
        limit=limit,
        with_position=with_position,
        attachments=attachments,
    )


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """The stream to write to; a file gets its name when it is whole."""
    if name == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    file = Path(name)
    unfinished = file.with_name(file.name + ".part")
    try:
        with unfinished.open("wb") as raw, _packed(raw, file.suffix) as stream:
            yield stream
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _packed(raw: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """The stream that packs if the name says so; the same content gives the same file."""
    if suffix != ".gz":
        yield raw
        return
    with gzip.GzipFile("", "wb", COMPRESSION_LEVEL, raw, mtime=0) as packed:
        yield cast("IO[bytes]", packed)

"""`lrs analytics`: the lake for analysts, and SQL over it."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analytics.database_file import write_database
from analytics.errors import LakeError
from analytics.output import FORMATS
from analytics.verification import verify
from lrs.commands.analytics_erase import erase
from lrs.commands.analytics_reports import columns, month, report, reports
from lrs.commands.analytics_shell import answer, run_shell
from lrs.commands.options import JSON_OUTPUT, STORE, with_settings
from lrs.commands.progress import ProgressLine
from lrs.commands.sink import opened
from lrs.lake import lake_session, lake_store, open_exporter
from statements.errors import StoreError
from statements.garbage import collect_rarely

if TYPE_CHECKING:
    from analytics.exporting import Report
    from analytics.verification import Verified
    from lrs.settings import Settings

LAKE = ("data_dir", "analytics_url")
DIFFERENT_STATUS = 1

_option = partial(click.option, show_envvar=True)
_SECONDS = _option(
    "--seconds", type=click.FloatRange(0, min_open=True), metavar="N", help="Stop a query then."
)
_ROWS = _option("--rows", type=click.IntRange(0), metavar="N", help="Refuse to answer more rows.")


def _variables(command: str) -> dict[str, str]:
    """What has an option's variable begin with the command's name."""
    return {"auto_envvar_prefix": f"LRS_ANALYTICS_{command}"}


@click.group(short_help="The log as Parquet, and SQL over it.")
def analytics() -> None:
    """The log and what is made of it as Parquet files (the lake), and SQL over them."""


for _command in (report, reports, month, columns, erase):
    analytics.add_command(_command)


@analytics.command(context_settings=_variables("EXPORT"), short_help="Bring the lake up to date.")
@_option(
    "--every",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Go on for ever, and export so often.",
)
@JSON_OUTPUT
@with_settings(*STORE, "records_url", "analytics_url")
def export(settings: Settings, *, every: float | None, as_json: bool) -> None:
    """Bring the lake up to date: what has come since the last time, and what was voided.

    May be killed and repeated at any time: no statement is lost and none is there twice. Servers
    may go on running. Persons are there under pseudonyms, unless LRS_ANALYTICS_NAMES says
    otherwise.
    """
    collect_rarely()
    if every is None:
        _show(_export(settings), as_json=as_json)
    else:
        _export_for_ever(settings, every, as_json=as_json)


@analytics.command(context_settings=_variables("SQL"), short_help="Answer a query.")
@click.argument("query")
@_option(
    "--format",
    "format_",
    envvar="LRS_ANALYTICS_SQL_FORMAT",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
    help="A table has the first 1,000 rows and cells cut short.",
)
@_option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there.")
@_SECONDS
@_ROWS
@with_settings(*LAKE, "analytics_memory_bytes", "analytics_disk_bytes", "analytics_threads")
def sql(  # noqa: PLR0913  # one parameter for each option
    settings: Settings,
    *,
    query: str,
    format_: str,
    output: Path | None,
    seconds: float | None,
    rows: int | None,
) -> None:
    """Answer one query over the views of the lake; - takes it from standard input.

    It can only read. Which views there are says SHOW TABLES, what is in them DESCRIBE.

    \b
    lrs analytics sql "SELECT verb, count(*) FROM statements WHERE NOT voided GROUP BY ALL"
    lrs analytics sql "FROM statements" --format parquet --output statements.parquet
    """  # noqa: D301  # \b keeps click from filling the lines after it
    text = sys.stdin.read() if query == "-" else query
    with lake_session(settings, seconds, rows) as session, opened(output) as sink:
        answer(session, text, FORMATS[format_], sink)


@analytics.command(
    context_settings=_variables("SHELL"), short_help="Answer queries, one after the other."
)
@_SECONDS
@_ROWS
@with_settings(*LAKE, "analytics_memory_bytes", "analytics_disk_bytes", "analytics_threads")
def shell(settings: Settings, *, seconds: float | None, rows: int | None) -> None:
    """Answer queries, each ended by a semicolon, until the end of the input.

    Control-C stops a query. Each query sees the lake as it is when it begins.
    """
    with lake_session(settings, seconds, rows) as session:
        run_shell(session)


@analytics.command("open", short_help="Write a DuckDB file of views.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_settings(*LAKE)
def open_(settings: Settings, *, file: Path) -> None:
    """Write FILE, a small DuckDB database with the views, for any program that opens such files.

    It holds no data: it reads the lake's folder, and sees what is exported later. Open it
    read-only.
    """
    click.echo(f"{file}: {', '.join(write_database(lake_store(settings), file))}")


@analytics.command("verify", short_help="Compare the lake with the log and the records.")
@JSON_OUTPUT
@with_settings(*STORE, "records_url", "analytics_url")
def verify_(settings: Settings, *, as_json: bool) -> None:
    """Compare the lake with the log and the learning records, and name the first differences.

    Each statement has to be there once, voided if it is in the log; each table has to have the rows
    of the records, as far as these did not go on since the export; what was erased has to be in
    none of them. The status is 1 if anything differs. Servers may go on running.
    """
    with open_exporter(settings) as exporter, ProgressLine() as progress:
        found = verify(exporter, progress.show)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        _show_verified(found)
    if found.differences:
        sys.exit(DIFFERENT_STATUS)


def _show_verified(found: Verified) -> None:
    for difference in found.differences:
        click.echo(difference)
    if found.moved_on:
        click.echo(f"went on since the export, so only counted: {', '.join(found.moved_on)}")
    verdict = "something differs" if found.differences else "all is well"
    erased = f" ({found.erased:,} erased)" if found.erased else ""
    click.echo(
        f"{found.statements:,} statements up to position {found.position:,}{erased}, "
        f"{', '.join(found.compared)}: {verdict}"
    )


def _export(settings: Settings) -> Report:
    with open_exporter(settings) as exporter, ProgressLine() as progress:
        return exporter.run(progress.show)


def _export_for_ever(settings: Settings, seconds: float, *, as_json: bool) -> None:
    """Export one time after the other; what goes wrong is told, and the next one takes it up."""
    while True:
        due = time.monotonic() + seconds
        try:
            _show(_export(settings), as_json=as_json)
        except (LakeError, StoreError, OSError) as error:
            click.echo(f"lrs: {error}", err=True)
        time.sleep(max(0.0, due - time.monotonic()))


def _show(report: Report, *, as_json: bool) -> None:
    facts = asdict(report)
    if as_json:
        click.echo(json.dumps(facts))
        return
    rate = report.statements / max(report.seconds, 0.001)
    click.echo(
        f"{report.statements:,} statements up to position {report.position:,}, "
        f"{report.merges} merges ({report.seconds:.1f} s, {rate:,.0f} statements/s)"
    )

"""`lrs analytics report`, `reports` and `month`: named queries as tables, charts and pages."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analytics.dictionary import Described, as_markdown, describe_views
from analytics.output import align
from analytics.reports.asking import ask
from analytics.reports.named import LANGUAGES, named_queries, named_query
from analytics.reports.output import FORMS
from analytics.reports.parameters import PARAMETERS, bind
from lrs.commands.analytics_shell import interruptible
from lrs.commands.options import with_settings
from lrs.commands.sink import opened
from lrs.lake import lake_session
from lrs.records.moments import today
from lrs.records.suppression import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.settings import Settings

LAKE = ("data_dir", "analytics_url", "analytics_memory_bytes", "analytics_threads")

_option = partial(click.option, show_envvar=True)
_LANGUAGE = _option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="fr",
    show_default=True,
    envvar="LRS_ANALYTICS_LANGUAGE",
    help="Of headings and numbers.",
)
_OUTPUT = _option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there.")
_GIVEN = click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    envvar="LRS_ANALYTICS_REPORT_SET",
    show_envvar=True,
    help="A parameter of the report; repeat for several.",
)


def _parameters(command: Callable[..., None]) -> Callable[..., None]:
    """Options for the parameters that most reports have."""
    for name in ("employer", "directorate", "course", "until", "since"):
        words = PARAMETERS[name].words
        command = _option(f"--{name}", metavar=name.upper(), help=f"{words.en}.")(command)
    return command


@click.command(short_help="List the reports.")
@_LANGUAGE
def reports(*, language: str) -> None:
    """List the reports: what each answers, and its parameters."""
    for name, query in named_queries().items():
        click.echo(f"{name}: {query.answers.into(language)}")
        shown = [n if v is None else f"{n}={v}" for n, v in query.parameters.items()]
        click.echo(f"    {', '.join(shown)}")


@click.command(
    context_settings={"auto_envvar_prefix": "LRS_ANALYTICS_COLUMNS"},
    short_help="Tell what is in each column.",
)
@_option("--markdown", is_flag=True, help="As the table of docs/analysts.md.")
@with_settings(*LAKE)
def columns(settings: Settings, *, markdown: bool) -> None:
    """Tell what is in each column of each view."""
    with lake_session(settings, None, None) as session:
        found = describe_views(session)
    if markdown:
        click.echo(as_markdown(found), nl=False)
        return
    click.echo(align([*Described._fields], [[*each] for each in found]), nl=False)


@click.command(
    context_settings={"auto_envvar_prefix": "LRS_ANALYTICS_REPORT"},
    short_help="Answer a named query.",
)
@click.argument("name")
@_parameters
@_GIVEN
@_option(
    "--format",
    "form",
    envvar="LRS_ANALYTICS_REPORT_FORMAT",
    type=click.Choice(list(FORMS)),
    default="table",
    show_default=True,
    help="CSV has the names and values of the SQL; the others are for people.",
)
@_LANGUAGE
@_option("--public", is_flag=True, help="Leave small groups out, and refuse what tells of persons.")
@_OUTPUT
@with_settings(*LAKE, "small_group")
def report(  # noqa: PLR0913  # one parameter for each option
    settings: Settings,
    *,
    name: str,
    given: tuple[str, ...],
    form: str,
    language: str,
    public: bool,
    output: Path | None,
    **parameters: str | None,
) -> None:
    """Answer the named query NAME as a table, CSV, a page or a picture.

    \b
    lrs analytics report weekly-connections --since 2026-01-01
    lrs analytics report completion-by-directorate --public --format html --output report.html
    """  # noqa: D301  # \b keeps click from filling the lines after it
    query = named_query(name)
    chosen = {key: value for key, value in parameters.items() if value is not None}
    values = bind(query, chosen | dict(map(_pair, given)))
    small = _small(settings) if public else None
    with lake_session(settings, None, None) as session, opened(output) as sink:
        answer = interruptible(session, lambda: ask(session, query, values, small))
        sink.write(FORMS[form](answer, language))


@click.command(
    context_settings={"auto_envvar_prefix": "LRS_ANALYTICS_MONTH"},
    short_help="Write a month's report.",
)
@click.argument("month", required=False)
@_LANGUAGE
@_OUTPUT
@with_settings(*LAKE, "small_group")
def month(settings: Settings, *, month: str | None, language: str, output: Path | None) -> None:
    """Write the management's report of MONTH (such as 2026-03), by default the last whole one.

    It is one HTML file that needs no other, fit for publication: groups of fewer than
    LRS_SMALL_GROUP learners are left out.
    """
    from analytics.reports.month import month_report  # noqa: PLC0415  # Altair takes two seconds

    chosen = month or f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"
    with lake_session(settings, None, None) as session, opened(output) as sink:
        text = interruptible(
            session, lambda: month_report(session, chosen, language, _small(settings))
        )
        sink.write(text.encode())


def _small(settings: Settings) -> Callable[[Any], set[int]]:
    return partial(hidden, least=settings.small_group)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
    return name, value

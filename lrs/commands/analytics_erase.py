"""`lrs analytics erase`: statements and persons leave the lake, for ever."""

from __future__ import annotations

import json
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TextIO
from uuid import UUID

import click

from analytics.erasing import survey
from lrs.commands.agent import Agent
from lrs.commands.options import JSON_OUTPUT, STORE, with_settings
from lrs.failures import Failure
from lrs.lake import open_exporter
from projections.exports.people import identifiers_of
from projections.opening import open_records
from statements.erasures import Wish, positions_of, read_erasures, record
from statements.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.erasing import Concerned
    from analytics.exporting import Exporter
    from lrs.settings import Settings
    from statements.connection import Connection

_option = partial(click.option, show_envvar=True)


@click.command(
    context_settings={"auto_envvar_prefix": "LRS_ANALYTICS_ERASE"},
    short_help="Take statements or a person out, for ever.",
)
@click.argument("ids", nargs=-1, type=click.UUID, metavar="[ID]...")
@_option(
    "--file", type=click.File(), metavar="FILE|-", help="Statements as well whose ids are there."
)
@_option(
    "--agent",
    type=Agent(groups=False),
    metavar="JSON|MBOX",
    help="A person: all statements with this actor, and every row of the tables about them.",
)
@_option(
    "--any-role",
    is_flag=True,
    help="With --agent: also other people's statements that name the person, as their object, "
    "instructor, team, authority, or member of a Group.",
)
@_option("--dry-run", is_flag=True, help="Tell what it would concern, and change nothing.")
@_option("--yes", is_flag=True, help="Do not ask.")
@JSON_OUTPUT
@with_settings(*STORE, "records_url", "analytics_url")
def erase(  # noqa: PLR0913  # one parameter for each option
    settings: Settings,
    *,
    ids: tuple[UUID, ...],
    file: TextIO | None,
    agent: str | None,
    any_role: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take statements out of the lake, by their IDs or those of a person, for ever.

    No later export brings them back, whatever it is made anew for. The log and the learning records
    keep what they have. A person is erased under all identifiers that the directory and the records
    know, and stays out: what comes of them later does not go into the lake either. It can't be
    undone.

    \b
    lrs analytics erase 6d0f4d4e-8e0a-4f5c-9a43-0f9b8a3c1a01
    lrs analytics erase --agent mailto:anna@example.org --dry-run
    """  # noqa: D301  # \b keeps click from filling the lines after it
    if not (ids or file or agent):
        raise click.UsageError("which statements? Give their ids, --file or --agent.")
    if any_role and not agent:
        raise click.UsageError("--any-role is about a person: it goes with --agent.")
    if file is not None and file.name == "<stdin>" and not (yes or dry_run):
        raise click.UsageError("standard input has the ids and can't be asked: add --yes.")
    wanted = ids if file is None else (*ids, *_ids_in(file))
    wish = Wish(wanted, _identifiers(settings, agent), any_role)
    with open_exporter(settings) as exporter:
        facts = _erase(exporter, wish, dry_run=dry_run, yes=yes)
    click.echo(json.dumps(facts) if as_json else _in_words(facts, dry_run=dry_run))


def _ids_in(file: TextIO) -> Iterator[UUID]:
    for number, line in enumerate(file, 1):
        if text := line.strip():
            try:
                yield UUID(text)
            except ValueError:
                raise Failure(
                    f"{file.name}, line {number}: {text[:60]!r} is no id of a statement, a UUID"
                ) from None


def _identifiers(settings: Settings, agent: str | None) -> frozenset[str]:
    """Every identifier of the person who has this one."""
    if agent is None:
        return frozenset()
    with closing(open_records(settings.records_url)) as records:
        return records.snapshot(lambda connection: identifiers_of(connection, agent))


def _erase(exporter: Exporter, wish: Wish, *, dry_run: bool, yes: bool) -> dict[str, int]:
    """What was erased, or would be."""

    def look(connection: Connection) -> tuple[frozenset[int], frozenset[str]]:
        return positions_of(connection, wish), wish.persons - read_erasures(connection).persons

    log = exporter.reader.database
    positions, persons = log.snapshot(look)
    concerned = survey(exporter, positions, persons)
    if persons and not (wish.ids or any(concerned)):
        raise Failure(
            "nobody is known by this identifier: it is the actor of no statement (--any-role finds "
            "those that name it otherwise), and no learning record is theirs"
        )
    if dry_run:
        return concerned._asdict()
    if not yes and (positions or persons):
        question = f"Erase {_listed(concerned._asdict())} from the lake, for ever?"
        click.confirm(question, abort=True, err=True)
    return _carry_out(exporter, wish, concerned)


def _carry_out(exporter: Exporter, wish: Wish, concerned: Concerned) -> dict[str, int]:
    statements = 0

    def write_down() -> None:
        nonlocal statements
        statements = record(exporter.reader.database, wish)

    try:
        done = exporter.erase(write_down)
    except Denied:
        raise Failure(
            "this database role may not erase: use the owner's, as for lrs migrate"
        ) from None
    if not done.is_whole:
        raise Failure(
            "it is written down and the statements are gone, but tables of learning records can't "
            "be written without the records: fold them (lrs work) and run lrs analytics export"
        )
    return {"statements": statements, "segments": done.segments, "rows": concerned.rows}


def _in_words(facts: dict[str, int], *, dry_run: bool) -> str:
    if not any(facts.values()):
        return "nothing is left to erase"
    return f"{_listed(facts)} {'would be' if dry_run else 'are'} erased"


def _listed(facts: dict[str, int]) -> str:
    return (
        f"{facts['statements']:,} statements (in {facts['segments']:,} segments) and "
        f"{facts['rows']:,} rows of tables"
    )

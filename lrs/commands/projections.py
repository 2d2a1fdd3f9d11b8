"""`lrs projections`: how far the records are folded, fold them anew, prove them right."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from lrs.commands.options import JSON_OUTPUT, RECORDS, with_settings
from lrs.commands.progress import ProgressLine
from projections.opening import open_records
from projections.runner import rebuild as rebuilding
from projections.runner.build import every_projection
from projections.runner.ledger import EVENTS
from projections.status import Status, read_status
from projections.verification import Difference, verify
from statements.append import head
from statements.clock import text_of
from statements.migrate import open_current

if TYPE_CHECKING:
    from lrs.settings import Settings
    from projections.runner.ledger import Checkpoint

NAMES = [EVENTS, *(each.name for each in every_projection())]
DIFFERENT_STATUS = 1


@click.group(short_help="See how far the records are folded, fold anew, prove them right.")
def projections() -> None:
    """Learning records are folded from the log: enrolments, completions, connections, badges."""


@projections.command(short_help="Show how far each projection is.")
@JSON_OUTPUT
@with_settings(*RECORDS)
def status(settings: Settings, *, as_json: bool) -> None:
    """Show how far each projection is, what has stopped and why, and what nobody understands."""
    with (
        open_current(settings.database_url) as log,
        closing(open_records(settings.records_url)) as records,
    ):
        end = log.read(head).position
        found = records.read(read_status)
    if as_json:
        click.echo(json.dumps({"log": end} | _facts(found), ensure_ascii=False))
    else:
        _show(found, end)


@projections.command(short_help="Fold projections anew, beside what is served.")
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@with_settings(*RECORDS)
def rebuild(settings: Settings, names: tuple[str, ...]) -> None:
    """Ask whoever folds (lrs serve, lrs work) to fold projections anew, all of them by default.

    What is served stays until the new rows are complete. `events` means everything.
    """
    with (
        open_current(settings.database_url),  # without a log there is nothing to fold
        closing(open_records(settings.records_url)) as records,
    ):
        records.write(lambda c: rebuilding.request(c, names or [EVENTS]))
    click.echo("asked for; lrs projections status shows how far it is")


@projections.command("verify", short_help="Fold the whole log again elsewhere, and compare.")
@JSON_OUTPUT
@with_settings(*RECORDS)
def verify_(settings: Settings, *, as_json: bool) -> None:
    """Fold the whole log again, in a temporary store, and compare it with what is served.

    Servers may go on running. The status is 1 if anything differs.
    """
    with (
        open_current(settings.database_url) as log,
        closing(open_records(settings.records_url)) as records,
        ProgressLine() as line,
    ):
        found = verify(log, records, settings.connection_gap_seconds, line.show)
    if as_json:
        click.echo(json.dumps(found._asdict(), ensure_ascii=False, default=str))
    else:
        for difference in found.differences:
            _show_difference(difference)
        verdict = "something differs" if found.differences else "all is well"
        click.echo(f"{found.lines:,} lines up to position {found.position:,}: {verdict}")
    if found.differences:
        sys.exit(DIFFERENT_STATUS)


def _facts(found: Status) -> dict[str, object]:
    return found._asdict() | {
        "position": found.position,
        "checkpoints": [each._asdict() for each in found.checkpoints],
    }


def _show(found: Status, end: int) -> None:
    click.echo(f"the log ends at position {end:,}; folded by {found.worker or 'nobody'}")
    for checkpoint in found.checkpoints:
        click.echo(_line(checkpoint, end))
    if found.stale:
        click.echo(f"{found.stale:,} learners are yet to be folded again")
    if found.undated:
        click.echo(f"{found.undated:,} events have a date that is not to be believed")
    for verb, kind, number in found.unrecognised:
        click.echo(f"not understood: {number:,} statements of {verb} {kind}")


def _line(checkpoint: Checkpoint, end: int) -> str:
    behind = max(0, end - checkpoint.position)
    text = f"{checkpoint.name:20} {checkpoint.position:>12,}"
    text += f"  {behind:,} behind" if behind else "  up to date"
    if checkpoint.cursor is not None:
        text += f", rebuilt up to learner {checkpoint.cursor:,}"
    if checkpoint.stopped_at is not None:
        text += f", STOPPED before {checkpoint.stopped_at:,}: {checkpoint.error}"
    return f"{text}  ({text_of(checkpoint.updated)})"


def _show_difference(difference: Difference) -> None:
    click.echo(f"{difference.table}: {difference.number:,} lines differ")
    for sign, lines in (("-", difference.missing), ("+", difference.extra)):
        for each in lines:
            click.echo(f"  {sign} {each}")

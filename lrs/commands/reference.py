"""What the commands for reference data share: files, options, reports, refusals."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from lrs.commands.options import RECORDS, with_settings
from lrs.failures import Failure
from projections.reference.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from projections.reference.revisions import Report

STANDARD_STREAM = "-"
SHOWN_PROBLEMS = 200
"""A file that is no such file at all has as many problems as lines."""

REPLACE = click.option(
    "--replace",
    is_flag=True,
    envvar="LRS_REPLACE",
    show_envvar=True,
    help="The file is all there is: what it lacks is removed.",
)
INPUT = click.argument("file", metavar="FILE|-")
OUTPUT = click.argument("file", metavar="[FILE|-]", default=STANDARD_STREAM)

with_records: Callable[..., Any] = with_settings(*RECORDS)


def read_input(file: str) -> bytes:
    """All of a file, or of standard input."""
    return sys.stdin.buffer.read() if file == STANDARD_STREAM else Path(file).read_bytes()


@contextmanager
def opened_output(file: str) -> Iterator[IO[str]]:
    """A file to write text to, there only when it is whole; or standard output."""
    if file == STANDARD_STREAM:
        yield sys.stdout
        return
    unfinished = Path(file + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        yield stream
    unfinished.replace(file)


def show_report(report: Report, *, as_json: bool) -> None:
    """Say what an import has changed."""
    facts = report._asdict()
    if as_json:
        click.echo(json.dumps(facts))
        return
    revision = facts.pop("revision")
    changes = ", ".join(f"{number:,} {name}" for name, number in facts.items())
    click.echo(f"{changes}; revision {revision}")


@contextmanager
def explained(file: str, *, as_json: bool) -> Iterator[None]:
    """Say line by line what is wrong with a file that is refused, and end with status 1."""
    try:
        yield
    except Refused as refused:
        _show(refused, "standard input" if file == STANDARD_STREAM else file, as_json=as_json)
        number = len(refused.problems)
        problems = "1 problem" if number == 1 else f"{number:,} problems"
        raise Failure(f"nothing was changed: {problems} in the file") from None


def _show(refused: Refused, name: str, *, as_json: bool) -> None:
    if as_json:
        problems = [each._asdict() for each in refused.problems]
        click.echo(json.dumps({"problems": problems}, ensure_ascii=False))
        return
    for each in refused.problems[:SHOWN_PROBLEMS]:
        click.echo(f"{name}:{each}" if each.line else f"{name}: {each}", err=True)
    left = len(refused.problems) - SHOWN_PROBLEMS
    if left > 0:
        click.echo(f"... and {left:,} more", err=True)

"""`lrs simulate`: a year of Ville@pp as JSON lines."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from lrs.simulation import DirectoryRow, Options, Simulation

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIPE_CLOSED = 141
"""128 + SIGPIPE: how a Unix program ends whose reader has seen enough."""

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_FILE = click.Path(dir_okay=False, path_type=Path)


_option = partial(click.option, show_envvar=True)


@click.command(
    context_settings={"auto_envvar_prefix": "LRS_SIMULATE", "show_default": True},
    short_help="Write a simulated year of Ville@pp as JSON lines.",
)
@_option("--learners", type=click.IntRange(1), metavar="N", default=58_000, help="People.")
@_option("--courses", type=click.IntRange(1), metavar="N", default=200, help="Courses.")
@_option("--year", type=click.IntRange(1996, 2200), metavar="YEAR", default=2026, help="Period.")
@_option("--start", type=_DAY, metavar="DAY", help="First day, instead of 1 January.")
@_option("--end", type=_DAY, metavar="DAY", help="Last day, instead of 31 December.")
@_option("--seed", type=int, metavar="N", default=1, help="Another number, another year.")
@_option(
    "--statements",
    type=click.IntRange(0),
    metavar="N",
    help="Stop after so many. If the period would hold fewer, people come more often.",
)
@_option(
    "--weekly-learners",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Distinct learners in an ordinary week. By default 600 for 58,000 learners.",
)
@_option(
    "--moodle-without-ids",
    is_flag=True,
    help="Leave out the id of Moodle's statements, as the real plugin does. Posted twice "
    "over HTTP they are then stored twice (`lrs import` knows them again).",
)
@_option("--output", type=_FILE, help="Write there, gzipped if it ends in .gz.")
@_option("--truth", type=_FILE, help="Write what the figures must be, as JSON lines.")
@_option("--catalogue", type=_FILE, help="Write courses and badges (JSON, which is YAML).")
@_option("--directory", type=_FILE, help="Write who the learners and the staff are (CSV).")
def simulate(**chosen: Any) -> None:  # noqa: ANN401 - click passes each option by its name
    """Write a simulated year of the training platform as JSON lines.

    Tens of thousands of learners log in, study, fail, pass and come back, and
    their statements arrive as they do in life: from Moodle in two dialects,
    cmi5, video, H5P, Pix, a public platform and serious games; late, out of
    order, repeated, now and then voided. The same options always give the same
    bytes. Memory does not grow with the number of statements.

    \b
    lrs simulate --statements 100000 | lrs import -
    lrs simulate --learners 1000 --weekly-learners 300 --truth truth.jsonl \\
        --catalogue catalogue.yaml --directory learners.csv --output year.jsonl.gz
    """  # noqa: D301 - \b keeps click from filling the lines after it
    simulation = Simulation(_options(chosen))
    _write_about(simulation, chosen["catalogue"], chosen["directory"])
    try:
        with _opened(chosen["output"]) as stream:
            for statement in simulation.statements():
                stream.write(statement + b"\n")
    except BrokenPipeError:
        _leave_quietly()
    if chosen["truth"]:
        _write_lines(chosen["truth"], simulation.truth())


def _options(chosen: dict[str, Any]) -> Options:
    try:
        return Options(
            seed=chosen["seed"],
            learners=chosen["learners"],
            courses=chosen["courses"],
            start=_day(chosen["start"]) or date(chosen["year"], 1, 1),
            end=_day(chosen["end"]) or date(chosen["year"], 12, 31),
            statements=chosen["statements"],
            weekly_learners=chosen["weekly_learners"],
            moodle_ids=not chosen["moodle_without_ids"],
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _day(chosen: datetime | None) -> date | None:
    return chosen.date() if chosen else None


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    """The stream to write to; a gzip file names neither time nor file, to be the same again."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with output.open("wb") as file:
        if output.suffix != ".gz":
            yield file
            return
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            yield cast("IO[bytes]", packed)


def _leave_quietly() -> None:
    """End without a word, also when Python flushes stdout on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_PIPE_CLOSED)


def _write_about(simulation: Simulation, catalogue: Path | None, directory: Path | None) -> None:
    if catalogue:
        _write_lines(catalogue, [json.dumps(simulation.catalogue(), ensure_ascii=False, indent=1)])
    if directory:
        with directory.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(DirectoryRow._fields)
            writer.writerows(simulation.directory())


def _write_lines(path: Path, lines: Iterator[str] | list[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)

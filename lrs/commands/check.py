"""`lrs check`: whether the store is what it has to be."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import click

from lrs.commands.options import JSON_OUTPUT, STORE, with_settings
from lrs.commands.progress import ProgressLine
from statements.check import check, check_sample
from statements.migrate import open_current, require_current

if TYPE_CHECKING:
    from lrs.settings import Settings
    from statements.checks.examination import Finding

FOUND_STATUS = 1
SHOWN_FINDINGS = 1000
"""A wrecked store has as many findings as statements; the counts are of all of them."""


class _Findings:
    """What was found: counts, and the first ones, shown at once unless `line` is None."""

    def __init__(self, line: ProgressLine | None) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[Finding] = []
        self._line = line

    def add(self, finding: Finding) -> None:
        self.counts[finding.kind] += 1
        if len(self.first) < SHOWN_FINDINGS:
            self.first.append(finding)
            if self._line is not None:
                self._line.clear()
                click.echo(str(finding))


@click.command(
    "check",
    context_settings={"auto_envvar_prefix": "LRS_CHECK"},
    short_help="Check that nothing is missing, changed or left over.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    show_envvar=True,
    help="Look at N statements picked at random, and not at the rest.",
)
@JSON_OUTPUT
@with_settings(*STORE)
def check_(settings: Settings, *, sample: int | None, as_json: bool) -> None:
    """Check that nothing in the store is missing, changed or left over.

    The database's own files, the order of the log, the digest of every statement, and that the
    filter index, references, voids, attachments and descriptions are those that the statements ask
    for. What is wrong is listed, a line each, and the status is 1.

    Servers may go on running. On SQLite their write-ahead log grows meanwhile.
    """
    began = time.perf_counter()
    look = partial(check_sample, statements=sample) if sample else check
    with open_current(settings.database_url) as database, ProgressLine() as line:
        require_current(database)
        findings = _Findings(None if as_json else line)
        looked_at = look(database, report=findings.add, progress=line.show)
    facts = {
        "statements": looked_at,
        "findings": sum(findings.counts.values()),
        "seconds": round(time.perf_counter() - began, 3),
    }
    if as_json:
        listed = [each._asdict() for each in findings.first]
        click.echo(json.dumps(facts | {"counts": findings.counts, "first_findings": listed}))
    else:
        _show(facts, findings)
    if findings.counts:
        sys.exit(FOUND_STATUS)


def _show(facts: dict[str, float], findings: _Findings) -> None:
    if left := sum(findings.counts.values()) - len(findings.first):
        click.echo(f"... and {left:,} more")
    shown = ", ".join(f"{count:,} {kind}" for kind, count in sorted(findings.counts.items()))
    click.echo(
        f"{facts['statements']:,} statements in {facts['seconds']:.1f} s: "
        + (f"{facts['findings']:,} findings ({shown})" if shown else "all is well")
    )

"""The ground truth of a run: what the simulator knows it produced, as JSON lines.

It is taken from what was meant when each statement was made, never from the
statements. Read it with the catalogue at hand (a course is complete when its
required modules are). Kinds of rows:

- `about`: the options, the number of statements, of repeats among them, of
  voided ones, of odd timestamps; who is staff and no learner.
- `enrolment`: `how` manual, self, import or implicit (free access); `status`
  active, suspended, left, completed.
- `completion`: `status` not started, in progress, completed, failed; scores in
  percent, of all marks in the course except those of single questions.
- `badge`: awarded, and revoked if it was.
- `learner`: connections of the learner, and seconds measured by content.
- `day`, `week`, `month`: connections, as `connections.py` counts them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lrs.simulation.connections import GAP, PERIODS
from lrs.simulation.dialects.moodle import badge_id
from lrs.simulation.ledger import NO_SCORE, How, Status
from lrs.simulation.paris import utc_text
from lrs.simulation.world import STAFF, World

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]


def tell_truth(world: World) -> Iterator[str]:
    """The rows, one JSON object each, of a run that is over."""
    world.connections.close_all()
    for kind, rows in (
        ("about", [_about(world)]),
        ("enrolment", _enrolments(world)),
        ("completion", _completions(world)),
        ("badge", _badges(world)),
        ("learner", _learners(world)),
    ):
        for row in rows:
            yield json.dumps({"kind": kind, **row}, ensure_ascii=False, default=str)
    for kind in PERIODS:
        for row in _periods(world, kind):
            yield json.dumps({"kind": kind, **row})


def _about(world: World) -> Row:
    return {
        "options": asdict(world.options),
        "statements": world.outbox.sent,
        "repeated": world.outbox.repeated,
        **world.counts,
        "gap_seconds": GAP // 1000,
        "time_zone": "Europe/Paris",
        "staff": [identity.name for identity in STAFF],
    }


def _pair(world: World, row: int) -> Row:
    return {
        "learner": world.learners.identity(world.ledger.learner[row]).name,
        "course": world.catalogue.courses[world.ledger.course[row]].id,
    }


def _known_rows(world: World) -> Iterator[int]:
    """Rows of which at least one statement tells."""
    return (row for row in range(len(world.ledger)) if world.ledger.enrolled[row])


def _enrolments(world: World) -> Iterator[Row]:
    ledger = world.ledger
    for row in _known_rows(world):
        status = "completed" if ledger.completed[row] else Status(ledger.status[row]).name.lower()
        yield {
            **_pair(world, row),
            "first": utc_text(ledger.enrolled[row]),
            "last": utc_text(ledger.enrolled_last[row]),
            "how": How(ledger.how[row]).name.lower(),
            "status": status,
        }


def _completions(world: World) -> Iterator[Row]:
    ledger = world.ledger
    for row in _known_rows(world):
        yield {
            **_pair(world, row),
            "status": _status(world, row),
            "progress": _progress(world, row),
            "started": _instant(ledger.started[row]),
            "completed": _instant(ledger.completed[row]),
            "best": _percent(ledger.best[row]),
            "last": _percent(ledger.last[row]),
        }


def _status(world: World, row: int) -> str:
    ledger = world.ledger
    if ledger.completed[row]:
        return "completed"
    if ledger.failed[row]:
        return "failed"
    return "in progress" if ledger.started[row] else "not started"


def _progress(world: World, row: int) -> float:
    """The share of required modules that are done, 1 when the course is complete."""
    required = world.catalogue.courses[world.ledger.course[row]].required
    if world.ledger.completed[row]:
        return 1.0
    return round((required & world.ledger.done[row]).bit_count() / required.bit_count(), 4)


def _badges(world: World) -> Iterator[Row]:
    for learner, badge, awarded, revoked in world.badges:
        yield {
            "learner": world.learners.identity(learner).name,
            "badge": badge_id(badge),
            "awarded": utc_text(awarded),
            "revoked": _instant(revoked),
        }


def _learners(world: World) -> Iterator[Row]:
    connections = world.connections
    for learner in range(world.options.learners):
        measured = world.measured.of(learner)
        if connections.number[learner] or any(measured.values()):
            yield {
                "learner": world.learners.identity(learner).name,
                "connections": connections.number[learner],
                "connection_seconds": connections.milliseconds[learner] / 1000,
                "first": _instant(connections.first[learner]),
                "last": _instant(connections.latest[learner]),
                **{f"{kind}_seconds": time / 1000 for kind, time in measured.items()},
            }


def _periods(world: World, kind: str) -> Iterator[Row]:
    totals = world.connections.totals[kind]
    for period in sorted(totals.milliseconds):
        yield {
            "period": period,
            "connections": totals.connections.get(period, 0),
            "distinct_learners": totals.learners.get(period, 0),
            "connection_seconds": totals.milliseconds[period] / 1000,
        }


def _instant(at: int) -> str | None:
    return utc_text(at) if at else None


def _percent(tenths: int) -> float | None:
    return None if tenths == NO_SCORE else tenths / 10

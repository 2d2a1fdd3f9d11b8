"""What an event says beyond who, when, what and where."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from projections.translation.event import NOTHING, Details, Kind
from projections.translation.measures import measure
from projections.translation.statement import (
    ContextExtensions,
    Result,
    ResultExtensions,
    number_in,
    text_in,
)

if TYPE_CHECKING:
    from projections.translation.places import Scene
    from projections.translation.rows import Row
    from projections.translation.statement import Score, Statement

NO_CONTEXT_EXTENSIONS: Final = ContextExtensions()
_NO_RESULT_EXTENSIONS: Final = ResultExtensions()

_IMPORTED: Final = {
    *("sirh", "import", "database", "flatfile", "imsenterprise", "cohort", "meta", "ldap")
}
"""Ways of enrolment in Moodle that another system or a rule decides (its plugins `enrol_*`)."""


def kind_of(row: Row, result: Result) -> Kind:
    """Return what happened, given the result: `result.completion` false is no completion."""
    return row.undone if result.completion is False else row.kind


def details(row: Row, statement: Statement, result: Result, scene: Scene) -> Details:
    """Return what the row wants to know of a statement; NOTHING where it is nothing."""
    context = statement.context
    extensions = (context and context.extensions) or NO_CONTEXT_EXTENSIONS
    more = result.extensions or _NO_RESULT_EXTENSIONS
    wanted = row.details
    found = Details(
        percent=percent(result.score, row.score) if row.score and result.score else None,
        passed=result.success if "passed" in wanted else None,
        how=_how(row.how, extensions),
        registration=context.registration if context and "registration" in wanted else "",
        move_on=text_in(extensions.move_on) if "move_on" in wanted else "",
        progress=_progress(more) if "progress" in wanted else None,
        completes=_completes(row.completes, result),
        reason=text_in(more.reason) if "reason" in wanted else "",
        measure=measure(row.measure, statement, result, scene) if row.measure else None,
    )
    return NOTHING if found == NOTHING else found


def percent(score: Score, policy: str) -> float | None:
    """Return a score in percent, from 0 to 100, or None if it can't be told.

    From raw and max, min being 0 unless it is given. Under the policy `scaled` else from a
    `scaled` of 0 to 1, which the Moodle plugin logstore_xapi has not: it has -1 to 1.
    """
    raw, most = number_in(score.raw), number_in(score.max)
    least = number_in(score.min) or 0.0
    if raw is not None and most is not None and most > least:
        share = (raw - least) / (most - least)
    elif policy == "scaled" and bytes(score.scaled):
        share = number_in(score.scaled) or 0.0
    else:
        return None
    return _within(100 * share, 100.0)


def _within(value: float, most: float) -> float | None:
    return min(most, max(0.0, value)) if isfinite(value) else None


def _progress(extensions: ResultExtensions) -> float | None:
    """cmi5's extension, 0 to 100 (cmi5 specification 9.5.5.1), as a share."""
    value = number_in(extensions.progress)
    return None if value is None else _within(value / 100, 1.0)


def _how(policy: str, extensions: ContextExtensions) -> str:
    if policy != "told":
        return policy
    told = text_in(extensions.enrolment_type)
    if told == "self":
        return "self"
    return "import" if told in _IMPORTED else "manual"


def _completes(policy: str, result: Result) -> bool:
    return policy == "yes" or (policy == "result" and result.completion is not False)

"""Figures of the fold for Prometheus: of the whole store, not of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import Metric

    from lrs.records.fold import Fold
    from projections.runner.ledger import Checkpoint
    from projections.status import Standing


OF_EACH: dict[str, tuple[str, Callable[[Fold, Checkpoint], float]]] = {
    "position": (
        "Position of the log up to which it is folded",
        lambda _, each: each.position,
    ),
    "behind_statements": (
        "Statements that are not folded yet",
        lambda fold, each: fold.behind(each.position),
    ),
    "behind_seconds": (
        "Time that the oldest of them has waited",
        lambda fold, each: fold.behind_seconds(each.position),
    ),
    "stopped": (
        "1 if it met what it can not fold",
        lambda fold, each: each.name in fold.halted,
    ),
    "rebuilding": (
        "1 while it is folded anew",
        lambda fold, each: each.name in fold.rebuilding,
    ),
}
"""What is told of each projection: `lrs_projection_` and a name, the text, the value."""

OF_ALL: dict[str, tuple[str, Callable[[Standing], float]]] = {
    "stale_learners": (
        "Learners to be folded again, since reference data changed",
        lambda standing: standing.stale,
    ),
    "unrecognised_statements": (
        "Statements that no row of the vocabulary knows",
        lambda standing: standing.unrecognised,
    ),
    "worker": ("1 while some process folds", lambda standing: standing.is_held),
}
"""What is told of all together: `lrs_records_` and a name, the text, the value."""


def figures_of(fold: Fold) -> list[Metric]:
    """What there is to tell of each projection, and of all together."""
    figures: list[Metric] = []
    for name, (text, of_each) in OF_EACH.items():
        family = GaugeMetricFamily(f"lrs_projection_{name}", text, labels=["projection"])
        for each in fold.served:
            family.add_metric([each.name], of_each(fold, each))
        figures.append(family)
    for name, (text, of_all) in OF_ALL.items():
        value = of_all(fold.standing)
        figures.append(GaugeMetricFamily(f"lrs_records_{name}", text, value=value))
    return figures

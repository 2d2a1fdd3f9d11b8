"""Figures of the fold for Prometheus: of the whole store, not of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import Metric

    from lrs.records.fold import Fold
    from projections.runner.ledger import Checkpoint


def figures_of(fold: Fold) -> list[Metric]:
    """What there is to tell of each projection, and of all together."""

    def of_each(name: str, text: str, value: Callable[[Checkpoint], float]) -> Metric:
        family = GaugeMetricFamily(name, text, labels=["projection"])
        for each in fold.served:
            family.add_metric([each.name], value(each))
        return family

    stopped = {each.name.removesuffix(each.suffix) for each in fold.stopped}
    standing = fold.standing
    return [
        of_each(
            "lrs_projection_position",
            "Position of the log up to which it is folded",
            lambda each: each.position,
        ),
        of_each(
            "lrs_projection_behind_statements",
            "Statements that are not folded yet",
            lambda each: fold.behind(each.position),
        ),
        of_each(
            "lrs_projection_behind_seconds",
            "Time that the oldest of them has waited",
            lambda each: fold.behind_seconds(each.position),
        ),
        of_each(
            "lrs_projection_stopped",
            "1 if it met what it can not fold",
            lambda each: each.name in stopped,
        ),
        of_each(
            "lrs_projection_rebuilding",
            "1 while it is folded anew",
            lambda each: each.name in fold.rebuilding,
        ),
        GaugeMetricFamily(
            "lrs_records_stale_learners",
            "Learners to be folded again, since reference data changed",
            value=standing.stale,
        ),
        GaugeMetricFamily(
            "lrs_records_unrecognised_statements",
            "Statements that no row of the vocabulary knows",
            value=standing.unrecognised,
        ),
        GaugeMetricFamily(
            "lrs_records_worker", "1 while some process folds", value=standing.is_held
        ),
    ]

"""Figures for Prometheus, for credentials with the scope `metrics/read`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.endpoint import Resource
from lrs.fold_figures import figures_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services


async def get(services: Services, call: Call) -> Response:
    """All figures of all workers, and those of the fold if there is one."""
    call.principal.demand("metrics/read")
    fold = (await services.fold.seen()).fold
    return await services.metrics.response([] if fold is None else figures_of(fold))


RESOURCE = Resource("/metrics", {"GET": get}, versioned=False)

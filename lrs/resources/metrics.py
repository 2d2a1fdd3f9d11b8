"""Figures for Prometheus, for credentials with the scope `metrics/read`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.endpoint import Resource

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services


async def get(services: Services, call: Call) -> Response:
    """All figures of all workers."""
    call.principal.demand("metrics/read")
    return await services.metrics.response()


RESOURCE = Resource("/metrics", {"GET": get}, versioned=False)

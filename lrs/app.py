"""The application as a value: routes, edge, start and stop."""

from __future__ import annotations

import asyncio
import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.routing import Route, Router
from typing_extensions import override

from lrs.call import VERSION_HEADER
from lrs.edge import Edge
from lrs.endpoint import Endpoint, spoken_version
from lrs.errors import NotFound, error_response
from lrs.resources import (
    about,
    activities,
    activity_profile,
    agent_profile,
    agents,
    analytics_query,
    health,
    metrics,
    openapi,
    records_courses,
    records_indicators,
    records_learners,
    records_lists,
    records_reference,
    state,
    statements,
)
from statements.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from lrs.access_log import AccessLog
    from lrs.services import Services

XAPI_RESOURCES = [
    statements.RESOURCE,
    state.RESOURCE,
    activity_profile.RESOURCE,
    agent_profile.RESOURCE,
    activities.RESOURCE,
    agents.RESOURCE,
    about.RESOURCE,
]
RECORDS_RESOURCES = [
    *records_lists.RESOURCES,
    *records_learners.RESOURCES,
    *records_courses.RESOURCES,
    records_indicators.RESOURCE,
    *records_reference.RESOURCES,
]
RESOURCES_BESIDE = [
    *(*health.RESOURCES, metrics.RESOURCE, openapi.RESOURCE),
    *RECORDS_RESOURCES,
    analytics_query.RESOURCE,
]
"""What is served beside xAPI, at fixed paths."""

NOTE_USES_SECONDS = 30
"""How often the last use of credentials is written down."""


def routes(services: Services) -> list[Route]:
    """Every path that the server answers."""
    base = services.settings.base_path
    return [
        *(Route(base + each.path, Endpoint(services, each)) for each in XAPI_RESOURCES),
        *(Route(each.path, Endpoint(services, each)) for each in RESOURCES_BESIDE),
    ]


def build_app(services: Services, access_log: AccessLog | None) -> ASGIApp:
    """The ASGI application."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        await services.store.start()
        noting = asyncio.create_task(_note_uses(services))
        try:
            yield
        finally:
            noting.cancel()
            await _write_uses(services)
            await services.store.stop()
            await asyncio.to_thread(services.records.close)

    return Edge(
        # Of Starlette's application only the router: the edge is all the middleware there is.
        _Router(routes(services), redirect_slashes=False, default=_not_found, lifespan=lifespan),
        settings=services.settings,
        metrics=services.metrics,
        access_log=access_log,
        vital_paths=[each.path for each in health.RESOURCES],
    )


class _Router(Router):
    """A router that looks a path up before it tries the patterns of all routes."""

    @override
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]  # what is awaited, without a step of its own
        route = self._whole.get(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            return super().__call__(scope, receive, send)
        scope["route"] = route
        return route.app(scope, receive, send)

    @cached_property
    def _whole(self) -> dict[str, Route]:
        return {each.path: each for each in self.routes if isinstance(each, Route)}


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for every path that is none of ours."""
    response = error_response(NotFound("there is no such resource"))
    response.headers[VERSION_HEADER] = spoken_version(Headers(scope=scope).get(VERSION_HEADER))
    await response(scope, receive, send)


async def _note_uses(services: Services) -> None:
    while True:
        await asyncio.sleep(NOTE_USES_SECONDS)
        await _write_uses(services)


async def _write_uses(services: Services) -> None:
    with contextlib.suppress(StoreError):  # the time of the next use will do as well
        await services.store.write(lambda: services.uses.write(services.store.database))

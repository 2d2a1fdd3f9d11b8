"""Health: whether the process is alive, and whether it can do its work."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from lrs.endpoint import Resource
from statements.errors import Overloaded, StoreError
from statements.migrate import require_current

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services
    from lrs.store import Store


async def get_live(services: Services, call: Call) -> Response:  # noqa: ARG001  # it only answers
    """The process answers."""
    return Response(orjson.dumps({"status": "alive"}), media_type="application/json")


async def get_ready(services: Services, call: Call) -> Response:  # noqa: ARG001  # for everybody
    """200 if the process can do its work, else 503 and what is wrong."""
    store = services.store
    writer = "ok" if store.writer.is_alive else "stopped"
    checks = {"database": await _check_database(store), "writer": writer}
    ready = set(checks.values()) == {"ok"}
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return Response(orjson.dumps(body), status, media_type="application/json")


async def _check_database(store: Store) -> str:
    """The database answers and has every migration."""
    try:
        await store.run(lambda: require_current(store.database))
    except Overloaded:
        return "not asked: every reading thread is busy"
    except StoreError as error:
        return type(error).__name__
    return "ok"


RESOURCES = [
    Resource("/health", {"GET": get_ready}, public=True, versioned=False),
    Resource("/health/live", {"GET": get_live}, public=True, versioned=False),
    Resource("/health/ready", {"GET": get_ready}, public=True, versioned=False),
]

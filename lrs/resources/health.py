"""Health: whether the process is alive, and whether it can do its work."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from statements.errors import Overloaded, StoreError
from statements.migrate import require_current

if TYPE_CHECKING:
    from starlette.requests import Request

    from lrs.services import Services


async def live(request: Request) -> Response:  # noqa: ARG001  # it has no parameters
    """The process answers."""
    return Response(orjson.dumps({"status": "alive"}), media_type="application/json")


class Ready:
    """The database answers and has every migration."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def get(self, request: Request) -> Response:  # noqa: ARG002  # it has no parameters
        """200 if the process can do its work, else 503 and what is wrong."""
        store = self._services.store
        checks = {"database": "ok", "writer": "ok" if store.writer.is_alive else "stopped"}
        try:
            await store.run(lambda: require_current(store.database))
        except Overloaded:
            checks["database"] = "not asked: every reading thread is busy"
        except StoreError as error:
            checks["database"] = type(error).__name__
        ready = set(checks.values()) == {"ok"}
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"status": "ready" if ready else "not ready", "checks": checks}
        return Response(orjson.dumps(body), status, media_type="application/json")

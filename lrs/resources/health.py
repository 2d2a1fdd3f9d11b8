"""Health: whether the process is alive, and whether it can do its work."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from lrs.endpoint import Resource
from statements.errors import Overloaded, StoreError

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.records.fold import Seen
    from lrs.services import Services
    from lrs.store import Store

Json = dict[str, Any]


async def get_live(services: Services, call: Call) -> Response:  # noqa: ARG001  # it only answers
    """The process answers."""
    return Response(orjson.dumps({"status": "alive"}), media_type="application/json")


async def get_ready(services: Services, call: Call) -> Response:  # noqa: ARG001  # for everybody
    """200 if the process can do its work, else 503 and what is wrong.

    Learning records that are late or have stopped are told, and are no reason to send the server no
    requests: statements are taken all the same, and another server would serve the same records.
    """
    store = services.store
    checks = {"database": await _check_database(store)}
    ready = set(checks.values()) == {"ok"}
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    seen = await services.fold.seen()
    degraded = bool(seen.problem) or (seen.fold is not None and bool(seen.fold.stopped))
    word = "not ready" if not ready else "degraded" if degraded else "ready"
    body = {"status": word, "checks": checks} | _told(seen)
    return Response(orjson.dumps(body), status, media_type="application/json")


def _told(seen: Seen) -> dict[str, Json]:
    """What anybody may know of the fold: no names of machines, no texts of errors."""
    told: Json = {"problem": seen.problem} if seen.problem else {}
    if (fold := seen.fold) is not None:
        last = fold.last
        stopped = [{"projection": e.name, "position": e.stopped_at} for e in fold.stopped]
        told |= {
            "position": last.position,
            "log_position": fold.end,
            "behind_statements": fold.behind(last.position),
            "behind_seconds": fold.behind_seconds(last.position),
            "unmoved_seconds": fold.unmoved_seconds(last),
            "worker": fold.standing.is_held,
            "stopped": stopped,
        }
    return {"records": told} if told else {}


async def _check_database(store: Store) -> str:
    """The database answers and has every migration."""
    try:
        await store.require_current()
    except Overloaded:
        return "not asked: too many reads are waiting"
    except StoreError as error:
        return type(error).__name__
    return "ok"


RESOURCES = [
    Resource("/health", {"GET": get_ready}, public=True, versioned=False),
    Resource("/health/live", {"GET": get_live}, public=True, versioned=False),
    Resource("/health/ready", {"GET": get_ready}, public=True, versioned=False),
]

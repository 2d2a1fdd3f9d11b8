"""An application to be served by real processes: `python -m tests.http.served`, set by `LRS_*`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from lrs.access_log import AccessLog
from lrs.edge import Edge
from lrs.metrics import Metrics
from lrs.serving import ServingError, serve
from lrs.settings import Settings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp


async def worker(_: Request) -> Response:
    """Tell which process this is."""
    return JSONResponse(os.getpid())


async def wait(request: Request) -> Response:
    """Say on standard error that it began, and take the seconds that the query gives."""
    sys.stderr.write('{"message": "waiting"}\n')
    sys.stderr.flush()
    await asyncio.sleep(float(request.query_params["seconds"]))
    return JSONResponse("done")


def build(settings: Settings) -> ASGIApp:
    """Build the application; fail if the data folder has a file `broken`."""
    if (Path(settings.data_dir) / "broken").exists():
        raise OSError("the application cannot start")
    metrics = Metrics(settings.metrics_dir)

    async def figures(_: Request) -> Response:
        return await metrics.response()

    routes = [
        Route("/worker", worker),
        Route("/wait", wait),
        Route("/metrics", figures),
    ]
    return Edge(Router(routes), settings=settings, metrics=metrics, access_log=AccessLog())


def main() -> int:
    """Serve; print an error as one line."""
    try:
        return serve(Settings.from_environment(os.environ), build)
    except ServingError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())

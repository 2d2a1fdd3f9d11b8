"""The description of the interface, as OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


@cache
def description() -> bytes:
    """The JSON text of the description."""
    return files("lrs").joinpath("openapi.json").read_bytes()


async def get(request: Request) -> Response:  # noqa: ARG001  # it has no parameters
    """Answer with the description."""
    return Response(description(), media_type="application/vnd.oai.openapi+json;version=3.1")

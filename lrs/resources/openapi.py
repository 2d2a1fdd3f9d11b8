"""The description of the interface, as OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from lrs.endpoint import Resource

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services


@cache
def description(base_path: str) -> bytes:
    """The JSON text of the description, for xAPI served under `base_path`."""
    document = orjson.loads(files("lrs").joinpath("openapi.json").read_bytes())
    document["servers"][0]["variables"]["base"]["default"] = base_path.strip("/")
    return orjson.dumps(document)


async def get(services: Services, call: Call) -> Response:  # noqa: ARG001  # the same for everybody
    """Answer with the description."""
    content = description(services.settings.base_path)
    return Response(content, media_type="application/vnd.oai.openapi+json;version=3.1")


RESOURCE = Resource("/openapi.json", {"GET": get}, public=True, versioned=False)

"""About: which versions of xAPI are spoken here (Communication 2.8). Anybody may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from lrs import parameters
from lrs.call import VERSION_HEADER
from lrs.endpoint import Resource
from schemas.versions import Version

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services


async def get(services: Services, call: Call) -> Response:  # noqa: ARG001  # the same for everybody
    """The versions supported; whoever says to speak 1.0.x learns of those only (XAPI-00316).

    Clients of that version refuse an answer with others in it.
    """
    parameters.only(call, ())
    versions = list(Version)
    if call.header(VERSION_HEADER).startswith("1."):
        versions = [Version.V1]
    about = {"version": [version.value for version in versions]}
    return Response(orjson.dumps(about), media_type="application/json")


RESOURCE = Resource("/about", {"GET": get}, public=True, versioned=False)

"""Activities: the canonical definition of one (Communication 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from lrs import parameters
from lrs.endpoint import Resource
from statements.descriptions import definition_of

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services

_RIGHTS = ("statements/read", "statements/read/mine", "profile/read")


async def get(services: Services, call: Call) -> Response:
    """The complete Activity; one that no statement described has its id alone.

    So has every one for a confined credential, since definitions come from all organisations.
    """
    call.principal.demand(*_RIGHTS)
    parameters.only(call, {"activityId"})
    activity = parameters.required(call, "activityId", parameters.iri)
    definition = None
    if not call.principal.confined_to:
        definition = await services.store.read(
            lambda connection: definition_of(connection, services.store.dictionary, activity)
        )
    start = b'{"objectType":"Activity","id":%b' % orjson.dumps(activity)
    end = b',"definition":%b}' % definition if definition else b"}"
    return Response(start + end, media_type="application/json")


RESOURCE = Resource("/activities", {"GET": get})

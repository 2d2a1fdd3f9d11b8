"""One learner's whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrs.endpoint import Resource
from lrs.records.answering import json_response, look, not_modified
from lrs.records.learners import PATH, read_name, whole_record
from lrs.records.past import AsOf, as_of_position
from lrs.records.sight import sight_of_rows

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services
    from projections.queries.state import State
    from statements.connection import Connection

Json = dict[str, Any]


async def get(services: Services, call: Call) -> Response:
    """Answer with the record of the learner that is named, or of the caller's own."""
    sight = sight_of_rows(call.principal)
    name = read_name(call)
    catalogue = services.records.catalogue

    def work(connection: Connection, state: State) -> Json:  # noqa: ARG001  # read by `look`
        return whole_record(connection, name, sight, catalogue)

    position = await as_of_position(services.store, call)
    as_of = None if position is None else AsOf(position, lambda now: sight.needed(now, name))
    headers, record = await look(services.records, call, sight.mark, work, as_of)
    return not_modified(headers) if record is None else json_response(headers, record)


RESOURCES = [
    Resource(PATH, {"GET": get}, versioned=False),
    Resource(PATH + "/{key:path}", {"GET": get}, versioned=False),
]

"""Courses and how learners stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrs.endpoint import Resource
from lrs.records.answering import (
    Table,
    format_of,
    json_response,
    look,
    not_modified,
    table_response,
)
from lrs.records.courses import (
    FIELDS,
    Context,
    list_courses,
    read_course,
    read_tag,
    summarise,
)
from lrs.records.past import AsOf, as_of_position
from lrs.records.sight import sight_of_figures

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services
    from projections.queries.state import State
    from statements.connection import Connection

Json = dict[str, Any]


async def get_list(services: Services, call: Call) -> Response:
    """Answer with all courses."""
    context, mark = _context(services, call)
    tag = read_tag(call)
    format_of(call)

    def work(connection: Connection, state: State) -> Table:  # noqa: ARG001  # read by `look`
        return Table(FIELDS, list_courses(connection, tag, context))

    position = await as_of_position(services.store, call)
    as_of = None if position is None else AsOf(position, context.sight.needed)
    headers, table = await look(services.records, call, mark, work, as_of)
    return not_modified(headers) if table is None else table_response(call, headers, table)


async def get_summary(services: Services, call: Call) -> Response:
    """Answer with the figures of one course."""
    context, mark = _context(services, call)
    course, by = read_course(call)

    def work(connection: Connection, state: State) -> Json:  # noqa: ARG001  # read by `look`
        return summarise(connection, course, by, context)

    position = await as_of_position(services.store, call)
    as_of = None
    if position is not None:
        as_of = AsOf(position, lambda now: context.sight.needed(now, course=course))
    headers, summary = await look(services.records, call, mark, work, as_of)
    return not_modified(headers) if summary is None else json_response(headers, summary)


def _context(services: Services, call: Call) -> tuple[Context, str]:
    sight, least = sight_of_figures(call.principal), services.settings.small_group
    return Context(sight, services.records.catalogue, least), f"{sight.mark} {least}"


RESOURCES = [
    Resource("/records/courses", {"GET": get_list}, versioned=False),
    Resource("/records/courses/summary", {"GET": get_summary}, versioned=False),
]

"""Indicators: connections, learners, time and completion by period, course and group of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs.endpoint import Resource
from lrs.records.answering import Table, format_of, look, not_modified, table_response
from lrs.records.indicators import answer, fields_of, read_question
from lrs.records.past import AsOf, as_of_position
from lrs.records.sight import sight_of_figures

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services
    from projections.queries.state import State
    from statements.connection import Connection


async def get(services: Services, call: Call) -> Response:
    """Answer with a row for each period, or each course or group, or each of both."""
    sight = sight_of_figures(call.principal)
    question = read_question(call, sight)
    format_of(call)
    least, catalogue = services.settings.small_group, services.records.catalogue

    def work(connection: Connection, state: State) -> Table:  # noqa: ARG001  # read by `look`
        rows = answer(connection, question, sight, catalogue, least)
        return Table(fields_of(question), rows)

    mark = f"{sight.mark} {least} {question.periods[-1:]}"  # by default the last one is today's
    position = await as_of_position(services.store, call)
    as_of = None
    if position is not None:
        as_of = AsOf(position, lambda now: sight.needed(now, course=question.course))
    headers, table = await look(services.records, call, mark, work, as_of)
    return not_modified(headers) if table is None else table_response(call, headers, table)


RESOURCE = Resource("/records/indicators", {"GET": get}, versioned=False)

"""Enrolments, completions, connections and badge eligibility, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrs import parameters
from lrs.endpoint import Resource
from lrs.records.answering import Table, look, not_modified, table_response
from lrs.records.listing import (
    add_reasons,
    answer_question,
    people_of,
    positions_of,
    read_question,
    table_of,
)
from lrs.records.past import AsOf, as_of_position
from lrs.records.sight import sight_of_rows
from projections.queries.models import LISTS
from statements.reader import ids_at

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.endpoint import Handler
    from lrs.services import Services
    from projections.queries.lists import Page
    from projections.queries.models import Model
    from projections.queries.state import State
    from statements.connection import Connection

Json = dict[str, Any]


def _handler(model: Model) -> Handler:
    async def get(services: Services, call: Call) -> Response:
        """Answer with a page of rows, in the order in which they changed last."""
        sight = sight_of_rows(call.principal)
        question = read_question(call, model, sight)
        why = parameters.boolean(call, "why")

        def work(connection: Connection, state: State) -> tuple[Table, Page]:
            page, rows = answer_question(connection, state, question, services.records.catalogue)
            return table_of(call, state, question, page, rows), page

        position = await as_of_position(services.store, call)
        as_of = None if position is None else AsOf(position, people_of(question))
        headers, found = await look(services.records, call, sight.mark, work, as_of)
        if found is None:
            return not_modified(headers)
        table, page = found
        if why:
            positions = positions_of(page)
            ids = await services.store.read(lambda connection: ids_at(connection, positions))
            add_reasons(page, table.rows, ids)
        return table_response(call, headers, table)

    return get


RESOURCES = [
    Resource(f"/records/{model.name}", {"GET": _handler(model)}, versioned=False) for model in LISTS
]

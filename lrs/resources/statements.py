"""The statements resource: PUT, POST and GET (Communication 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from starlette.responses import Response

from lrs import parameters
from lrs.answers import Answer, Answers, Style
from lrs.endpoint import HORIZON_HEADER, Resource
from lrs.errors import NotFound
from lrs.intake import take_in
from statements.clock import text_of
from statements.filters import Filters
from statements.prepared import uuid_bytes, uuid_text
from statements.reader import find_statement
from statements.search import search

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from lrs.call import Call
    from lrs.services import Services
    from statements.connection import Connection

_IDS = {"statementId", "voidedStatementId"}
_SINGLE = _IDS | {"attachments", "format"}
_LIST = {
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "format",
    "attachments",
    "ascending",
    "cursor",
}
_ALL = _LIST | _SINGLE


async def put(services: Services, call: Call) -> Response:
    """Store one statement under the id of the parameter."""
    call.principal.demand("statements/write")
    parameters.only(call, {"statementId"})
    statement_id = UUID(parameters.required(call, "statementId", parameters.uuid))
    request = await take_in(services, call, statement_id)
    appended = await services.append(request)
    return Response(status_code=204, headers={HORIZON_HEADER: text_of(appended.horizon)})


async def post(services: Services, call: Call) -> Response:
    """Store a statement or a batch; their ids in order."""
    call.principal.demand("statements/write")
    parameters.only(call, ())
    request = await take_in(services, call)
    appended = await services.append(request)
    ids = [statement.id_text for statement in request.statements]
    headers = {HORIZON_HEADER: text_of(appended.horizon)}
    return Response(orjson.dumps(ids), headers=headers, media_type="application/json")


def get(services: Services, call: Call) -> Awaitable[Response]:
    """One statement by its id, or a page of those that match."""
    parameters.only(call, _ALL)
    style = Style.of(call, services.settings.max_body_bytes)
    if not _IDS.isdisjoint(call.parameters):
        return _get_one(services, call, style)
    return _get_page(services, call, style)


async def _get_one(services: Services, call: Call, style: Style) -> Response:
    scope = call.principal.reading_scope()
    name = _single_name(call)
    statement_id = uuid_bytes(parameters.required(call, name, parameters.uuid))
    voided = name == "voidedStatementId"

    def work(connection: Connection) -> Answer:
        dictionary = services.store.dictionary
        record = find_statement(connection, dictionary, statement_id, scope, voided=voided)
        if record is None:
            kind = "voided statement" if voided else "statement"
            raise NotFound(f"there is no {kind} {uuid_text(statement_id)}")
        return Answers(connection, dictionary, style).one(record)

    answer, horizon = await services.store.read_with_horizon(work)
    return answer.response(horizon)


async def _get_page(services: Services, call: Call, style: Style) -> Response:
    scope = call.principal.reading_scope()
    filters = _filters(services, call)

    def work(connection: Connection) -> Answer:
        dictionary = services.store.dictionary
        page = search(connection, dictionary, filters, scope)
        return Answers(connection, dictionary, style).page(page, lambda at: _more(call, at))

    answer, horizon = await services.store.read_with_horizon(work, filters.since or 0)
    return answer.response(horizon)


def _single_name(call: Call) -> str:
    """Which id parameter is given; others that filter may not stand beside it (XAPI-00150)."""
    names = sorted(call.parameters.keys() & _IDS)
    others = sorted(call.parameters.keys() - _SINGLE)
    if len(names) > 1 or others:
        beside = (names[1:] + others)[0]
        raise parameters.bad(beside, f"can't stand beside {names[0]}", "Communication 2.1.3")
    return names[0]


def _filters(services: Services, call: Call) -> Filters:
    settings = services.settings
    limit = parameters.whole_number(call, "limit")
    return Filters(
        agent=parameters.identifier(parameters.agent(call)),
        related_agents=parameters.boolean(call, "related_agents"),
        verb=parameters.iri(call, "verb"),
        activity=parameters.iri(call, "activity"),
        related_activities=parameters.boolean(call, "related_activities"),
        registration=parameters.uuid(call, "registration"),
        since=parameters.moment(call, "since"),
        until=parameters.moment(call, "until"),
        ascending=parameters.boolean(call, "ascending"),
        # 0, or more than the server gives, means: as many as it gives (Communication 2.1.3).
        limit=min(limit or settings.max_page_size, settings.max_page_size)
        if limit is not None
        else settings.default_page_size,
        cursor=parameters.whole_number(call, "cursor"),
    )


def _more(call: Call, cursor: int) -> str:
    """Where the next page is: the same query from a position on, kept nowhere."""
    return f"{quote(call.incoming.path)}?{urlencode(call.parameters | {'cursor': str(cursor)})}"


RESOURCE = Resource("/statements", {"PUT": put, "POST": post, "GET": get}, tells_horizon=True)

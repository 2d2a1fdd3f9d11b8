"""SQL over the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lrs import parameters
from lrs.endpoint import Resource
from lrs.errors import BadRequest
from lrs.queries.answering import QueryResponse
from lrs.queries.question import Format  # noqa: TC001  # the fields' types are looked at
from schemas.errors import Problem

if TYPE_CHECKING:
    from starlette.responses import Response

    from lrs.call import Call
    from lrs.services import Services

MOST_BYTES: Final = 100_000  # nobody writes so long a query by hand
_ACCEPTED: Final[tuple[tuple[str, Format], ...]] = (
    ("application/json", "json"),
    ("text/csv", "csv"),
    ("application/vnd.apache.arrow.stream", "arrow"),
)


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """A query with its format, as JSON."""

    sql: str
    format: Format | None = None


async def post(services: Services, call: Call) -> Response:
    """Answer a query."""
    call.principal.demand("analytics/read")
    parameters.only(call, ())
    body = _read(call)
    if not body.sql.strip():
        raise _bad("$.sql", "is empty")
    format_ = body.format or _accepted(call)
    return QueryResponse(services.queries, services.settings, body.sql, format_)


def _read(call: Call) -> _Body:
    kind = call.header("content-type", "application/json").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            return msgspec.json.decode(call.body, type=_Body)
        if kind == "text/plain":
            return _Body(call.body.decode())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _bad("$", f"can't be read: {error}") from None
    raise _bad("Content-Type", "is application/json with sql and format, or text/plain with SQL")


def _accepted(call: Call) -> Format:
    """The format that the header Accept names first."""
    accepted = call.header("accept")
    places = [(accepted.find(kind), format_) for kind, format_ in _ACCEPTED if kind in accepted]
    return min(places)[1] if places else "json"


def _bad(place: str, rule: str) -> BadRequest:
    return BadRequest(Problem(place, rule, "analytics: queries"))


RESOURCE = Resource(
    "/analytics/query",
    {"POST": post},
    versioned=False,
    most_body_bytes=lambda settings: min(MOST_BYTES, settings.max_body_bytes),
)

"""Answers about learning records: JSON or CSV, how fresh they are, and nothing if nothing changed.

read the state -> the same tag as the client's: 304 -> else read, write down, 200
"""

from __future__ import annotations

import csv
import io
from hashlib import sha1
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import orjson
from starlette.responses import Response

from analytics.cells import harmless
from lrs import parameters
from lrs.entity_tags import weak_tags
from statements.clock import http_date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lrs.call import Call
    from lrs.records.past import AsOf
    from lrs.records.store import Records
    from projections.queries.state import State
    from statements.connection import Connection

T = TypeVar("T")
Json = dict[str, Any]

POSITION_HEADER = "X-Records-Position"
CURSOR_HEADER = "X-Records-Cursor"
_FORMATS = {"json": "application/json", "csv": "text/csv"}


class Table(NamedTuple):
    """Rows to be answered.

    Attributes:
        fields: all members that rows can have, in order: the columns of CSV.
        rows: some may lack members.
        cursor: where to go on some day; None if the table is no page of changes.
        more: where the next page is, relative to the server; None if this is the last.

    """

    fields: Sequence[str]
    rows: list[Json]
    cursor: str | None = None
    more: str | None = None


def format_of(call: Call) -> str:
    """`json` or `csv`, as the parameter says, else the header Accept."""
    accepted = call.header("accept")
    preferred = "csv" if "text/csv" in accepted and "json" not in accepted else "json"
    found = call.parameters.get("format", preferred)
    if found not in _FORMATS:
        raise parameters.bad("format", "is json or csv", "records: formats")
    return found


async def look(
    records: Records,
    call: Call,
    mark: str,
    work: Callable[[Connection, State], T],
    as_of: AsOf | None = None,
) -> tuple[dict[str, str], T | None]:
    """Header fields, and the result of `work`; None if the client has it already.

    The state is read first: what changes meanwhile comes under the old tag, and is told of when
    the client asks again. Raises BadRequest if the call has text that no record can have.
    """
    _refuse_nul(call)

    def whole(connection: Connection, state: State) -> tuple[dict[str, str], T | None]:
        tag = _tag(records, call, mark, state)
        headers = {
            "ETag": tag,
            "Last-Modified": http_date_of(state.updated),
            POSITION_HEADER: str(state.position),
            "Vary": "Accept, Authorization",
        }
        is_known = tag in weak_tags(call.header("if-none-match"))
        return headers, None if is_known else work(connection, state)

    return await records.read(whole, as_of)


def _refuse_nul(call: Call) -> None:
    """No text of a record has U+0000, and PostgreSQL could not even look for it."""
    for name, value in (*call.parameters.items(), ("learner", call.incoming.path)):
        if "\0" in value:
            raise parameters.bad(name, "has no character U+0000", "records")


def not_modified(headers: Mapping[str, str]) -> Response:
    """The answer to a client that has everything."""
    return Response(status_code=304, headers=dict(headers))


def json_response(headers: Mapping[str, str], content: Json) -> Response:
    """An answer that is no table."""
    return Response(orjson.dumps(content), headers=dict(headers), media_type=_FORMATS["json"])


def table_response(call: Call, headers: Mapping[str, str], table: Table) -> Response:
    """Rows in the format that the client wants."""
    fields = dict(headers)
    if table.more is not None:
        fields["Link"] = f'<{table.more}>; rel="next"'
    if table.cursor is not None:
        fields[CURSOR_HEADER] = table.cursor
    if format_of(call) == "json":
        beside = {"cursor": table.cursor, "more": table.more}
        content = {"rows": table.rows} | {k: v for k, v in beside.items() if v is not None}
        return json_response(fields, content)
    fields["Content-Type"] = "text/csv; charset=utf-8; header=present"
    return Response(write_csv(table.fields, table.rows), headers=fields)


def link(call: Call, **changes: str) -> str:
    """The same request with other parameters, relative to the server."""
    dropped = {"cursor", "changed_after"}
    kept = {name: value for name, value in call.parameters.items() if name not in dropped}
    return f"{quote(call.incoming.path)}?{urlencode(kept | changes)}"


def write_csv(fields: Sequence[str], rows: Sequence[Json]) -> bytes:
    """CSV as in RFC 4180, with a header line; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    writer.writerows([_cell(row.get(name)) for name in fields] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    return harmless(value) if isinstance(value, str) else value


def _tag(records: Records, call: Call, mark: str, state: State) -> str:
    """A text that is another one for everything that may change the answer."""
    asked = sorted(call.parameters.items())
    facts = [
        *(state.mark, records.catalogue.version, mark),
        *(call.incoming.path, asked, format_of(call)),
    ]
    return f'"{sha1(orjson.dumps(facts), usedforsecurity=False).hexdigest()}"'

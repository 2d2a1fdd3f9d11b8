"""Reference data by HTTP: read, replaced, added to, taken out; on a revision if need be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import Response

from lrs import parameters
from lrs.endpoint import Resource
from lrs.entity_tags import entity_tags, weak_tags
from lrs.errors import BadRequest
from lrs.records.answering import format_of, json_response, not_modified
from projections.reference.revisions import load_revisions
from schemas.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lrs.call import Call
    from lrs.record_limits import Limits
    from lrs.services import Services
    from projections.reference.revisions import Name, Report
    from statements.connection import Connection
    from statements.database import Database

    Export = Callable[[Connection, Limits, str], bytes]

Wanted = frozenset[int] | None
"""Revisions that a change goes by; None: whatever there is."""

_TAG = re.compile(r'"(\d{1,18})(?:-[a-z0-9]+)*"')
_JSON = "application/json"
MEDIA = {
    _JSON: "json",
    **dict.fromkeys(("application/yaml", "application/x-yaml", "text/yaml"), "yaml"),
    "text/csv": "csv",
}
"""Formats by media type."""


class Sent(NamedTuple):
    """What a request brings: a body in a format, to be all there is if it is to `replace`."""

    body: bytes
    form: str
    replace: bool
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reference data.

    Attributes:
        path: of its resource.
        name: of its revision.
        key: the parameter that names one to be taken out, and how it is read.
        reads: formats that it is answered in, the default first.
        takes: formats that it is taken in.
        demand: raises Forbidden if nothing of it may be seen within the limits.
        export: all that may be seen within the limits, in a format.
        bring_in: writes what was sent.
        take_out: takes one out, by its key.

    """

    path: str
    name: Name
    key: tuple[str, Callable[[Call, str], str | None]]
    reads: tuple[str, ...]
    takes: tuple[str, ...]
    demand: Callable[[Limits], None]
    export: Export
    bring_in: Callable[[Database, Sent], Report]
    take_out: Callable[[Database, str, Wanted], Report]


def reference_resource(kind: Kind) -> Resource:
    """The resource of a kind of reference data."""
    handlers = Handlers(kind)
    return Resource(
        kind.path,
        {
            "GET": handlers.get,
            "PUT": handlers.put,
            "POST": handlers.post,
            "DELETE": handlers.delete,
        },
        versioned=False,
        most_body_bytes=lambda settings: settings.max_document_bytes,
    )


class Handlers:
    """GET, PUT, POST and DELETE of one kind of reference data."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    async def get(self, services: Services, call: Call) -> Response:
        """All that the credential may see."""
        call.principal.demand("records/read")
        kind, limits = self._kind, call.principal.limits
        kind.demand(limits)
        parameters.only(call, {"format"} if len(kind.reads) > 1 else ())
        form = format_of(call) if len(kind.reads) > 1 else kind.reads[0]
        known = weak_tags(call.header("if-none-match"))

        def work(connection: Connection) -> tuple[str, bytes | None]:
            tag = _tag(load_revisions(connection)[kind.name], form, limits)
            is_known = not known.isdisjoint({tag, "*"})
            return tag, None if is_known else kind.export(connection, limits, form)

        tag, content = await services.records.look_up(work)
        headers = {"ETag": tag, "Vary": "Accept, Authorization"}
        return not_modified(headers) if content is None else _answer(content, form, headers)

    async def put(self, services: Services, call: Call) -> Response:
        """Let what is sent be all there is."""
        return await self._bring_in(services, call, replace=True)

    async def post(self, services: Services, call: Call) -> Response:
        """Add what is sent, in the place of what has the same key."""
        return await self._bring_in(services, call, replace=False)

    async def delete(self, services: Services, call: Call) -> Response:
        """Take one out; one that is not there does no harm."""
        call.principal.demand("records/write")
        name, read = self._kind.key
        parameters.only(call, {name})
        key, wanted = parameters.required(call, name, read), _wanted(call)
        take_out = self._kind.take_out
        return _reported(await services.records.change(lambda d: take_out(d, key, wanted)))

    async def _bring_in(self, services: Services, call: Call, *, replace: bool) -> Response:
        call.principal.demand("records/write")
        parameters.only(call, ())
        sent = Sent(call.body, self._format_sent(call), replace, _wanted(call))
        bring_in = self._kind.bring_in
        return _reported(await services.records.change(lambda d: bring_in(d, sent)))

    def _format_sent(self, call: Call) -> str:
        """The format that the header Content-Type names."""
        media_type = call.header("content-type").partition(";")[0].strip().lower()
        form = MEDIA.get(media_type, "")
        if form not in self._kind.takes:
            allowed = ", ".join(name for name, each in MEDIA.items() if each in self._kind.takes)
            rule = f"is one of {allowed}"
            raise BadRequest(Problem("Content-Type", rule, "records: reference data"))
        return form


def _wanted(call: Call) -> Wanted:
    """The revisions in If-Match; a tag that we never gave is no revision."""
    tags = entity_tags(call.header("if-match"))
    if not call.header("if-match") or "*" in tags:
        return None
    return frozenset(int(match[1]) for tag in tags if (match := _TAG.fullmatch(tag)))


def _tag(revision: int, form: str, limits: Limits) -> str:
    """Another one for each revision, and for each form and part of the same."""
    part = sha1(limits.text.encode(), usedforsecurity=False).hexdigest()[:12] if any(limits) else ""
    return f'"{"-".join(filter(None, (str(revision), "csv" * (form == "csv"), part)))}"'


def _answer(content: bytes, form: str, headers: Mapping[str, str]) -> Response:
    media_type = "text/csv; charset=utf-8; header=present" if form == "csv" else _JSON
    return Response(content, headers={**headers, "Content-Type": media_type})


def _reported(report: Report) -> Response:
    """What a change has done, with the tag to go on from."""
    return json_response({"ETag": f'"{report.revision}"'}, report._asdict())

"""Statements as a client asked for them: format, language, version, attachments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
from starlette.responses import Response, StreamingResponse

from lrs import parameters
from lrs.endpoint import HORIZON_HEADER
from lrs.multipart import render
from schemas.attachments import declared_attachments
from schemas.formatting import to_canonical, to_ids, to_version_1
from schemas.language import parse_accept_language
from schemas.versions import Version
from statements.clock import http_date_of, text_of
from statements.descriptions import definition_of
from statements.flags import Flag
from statements.reader import attachment_sizes, attachments_of
from statements.search import Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from lrs.call import Call
    from statements.connection import Connection
    from statements.page_queries import Record
    from statements.terms import Dictionary

Json = dict[str, Any]

_VERSION_2 = int(Flag.VERSION_2)  # which is combined with a number at once
_HORIZON = HORIZON_HEADER.lower().encode()
_JSON = (b"content-type", b"application/json")
_FORMATS = ("exact", "ids", "canonical")

# Statements that have to be taken apart keep every digit of their numbers.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Style(NamedTuple):
    """How a client wants statements."""

    format: str
    with_attachments: bool
    version: Version
    languages: list[str]
    confined: bool  # canonical definitions are not for it: they come from all organisations
    most_attachment_bytes: int  # in one page

    @classmethod
    def of(cls, call: Call, most_attachment_bytes: int) -> Style:
        """What a call asks for."""
        form = call.parameters.get("format", "exact")
        if form not in _FORMATS:
            raise parameters.bad("format", "is exact, ids or canonical", "Communication 2.1.3")
        return cls(
            form,
            parameters.boolean(call, "attachments"),
            call.version,
            parse_accept_language(call.header("accept-language")),
            bool(call.principal.confined_to),
            most_attachment_bytes,
        )


class Stored(NamedTuple):
    """An attachment of a statement."""

    sha2: str
    content_type: str
    content: bytes


class Answer(NamedTuple):
    """A body, ready to be sent."""

    content: bytes
    attachments: list[Stored] | None  # None: the client did not ask for them
    newest: int = 0  # when the last of its statements was stored; microseconds since 1970
    last_modified: str | None = None

    def response(self, horizon: int) -> Response:
        """The answer over HTTP; whoever sees a statement sees all that was stored before it."""
        fields = [(_HORIZON, text_of(max(horizon, self.newest)).encode())]
        if self.last_modified is not None:
            fields.append((b"last-modified", self.last_modified.encode()))
        if self.attachments is None:
            return _Whole(self.content, fields)
        content_type, body = render(self.content, self.attachments)
        response = StreamingResponse(_async(body), media_type=content_type)
        response.raw_headers[:0] = fields
        return response


class _Whole(Response):
    """A JSON body and header fields as bytes: Starlette would take texts and encode them."""

    def __init__(self, body: bytes, fields: list[tuple[bytes, bytes]]) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [*fields, (b"content-length", b"%d" % len(body)), _JSON]


async def _async(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


class Answers:
    """Makes answers of records, within the transaction that found them."""

    def __init__(self, connection: Connection, dictionary: Dictionary, style: Style) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self._style = style
        self._as_stored = style.format == "exact" and style.version is Version.V2

    def one(self, record: Record) -> Answer:
        """Answer with a single statement."""
        attachments = self._attachments([record])
        (text,) = self._texts([record])
        return Answer(text, attachments, record.stored, http_date_of(record.stored))

    def page(self, page: Page, link: Callable[[int], str]) -> Answer:
        """Answer with a StatementResult; `link` makes the `more` link of a position."""
        if self._style.with_attachments:
            page = self._fitting(page)
        more = link(page.cursor) if page.cursor is not None else ""
        texts = self._texts(page.records) or [b""]
        # Into the first and the last, so that what is long is copied once.
        texts[0] = b'{"statements":[' + texts[0]
        texts[-1] += b'],"more":%b}' % orjson.dumps(more)
        newest = max([record.stored for record in page.records], default=0)
        return Answer(b",".join(texts), self._attachments(page.records), newest)

    def _texts(self, records: list[Record]) -> list[bytes]:
        if self._as_stored:
            return [record.payload for record in records]
        return [self._text(record) for record in records]

    def _text(self, record: Record) -> bytes:
        payload = record.payload
        if self._style.version is Version.V1 and record.flags & _VERSION_2:
            payload = to_version_1(payload)
        if self._style.format == "exact":
            return payload
        statement = _decode(payload)
        if self._style.format == "ids":
            return _encode(to_ids(statement))
        return _encode(to_canonical(statement, self._definition, self._style.languages))

    def _definition(self, activity: str) -> Json | None:
        if self._style.confined:
            return None
        definition = definition_of(self._connection, self._dictionary, activity)
        return _decode(definition) if definition else None

    def _fitting(self, page: Page) -> Page:
        """The page, cut where its attachments get too large; it has one statement at least."""
        declared = [{entry["sha2"].lower() for entry in _declared([r])} for r in page.records]
        sizes = attachment_sizes(self._connection, map(bytes.fromhex, set().union(*declared)))
        seen: set[str] = set()
        size_bytes = 0
        for i, hashes in enumerate(declared):
            size_bytes += sum(sizes.get(bytes.fromhex(new), 0) for new in hashes - seen)
            seen |= hashes
            if i and size_bytes > self._style.most_attachment_bytes:
                return Page(page.records[:i], page.records[i - 1].position)
        return page

    def _attachments(self, records: Iterable[Record]) -> list[Stored] | None:
        """Contents of all attachments that the statements declare and the store has, each once."""
        if not self._style.with_attachments:
            return None
        declared = {entry["sha2"].lower(): entry["contentType"] for entry in _declared(records)}
        contents = attachments_of(self._connection, map(bytes.fromhex, declared))
        return [Stored(h.hex(), declared[h.hex()], content) for h, content in contents.items()]


def _declared(records: Iterable[Record]) -> Iterator[Json]:
    for record in records:
        if record.flags & Flag.ATTACHMENTS:
            yield from declared_attachments(orjson.loads(record.payload))

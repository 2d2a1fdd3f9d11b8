"""What the three document resources have in common (Communication 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from lrs import parameters
from lrs.endpoint import Resource
from lrs.entity_tags import entity_tags
from lrs.errors import NotFound
from schemas.parsing import parse
from schemas.versions import Version
from statements import documents
from statements.clock import http_date_of
from statements.documents import Collection, Condition, Place, Sent, is_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs.call import Call
    from lrs.services import Services
    from statements.documents import Document


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A document resource: its names, and how a call names a collection."""

    path: str
    right: str  # `state` or `profile`
    name: str  # parameter of the document's name
    parameters: frozenset[str]  # that name a collection
    collection: Callable[[Call], Collection]
    deletes_all: bool  # DELETE without a name deletes the collection
    frees_version_1: bool  # exempt from the concurrency headers in 1.0.3 (Communication 3.1)


def document_resource(kind: DocumentKind) -> Resource:
    """The resource of a kind of documents."""
    handlers = Handlers(kind)
    return Resource(
        kind.path,
        {
            "GET": handlers.get,
            "PUT": handlers.put,
            "POST": handlers.post,
            "DELETE": handlers.delete,
        },
        most_body_bytes=lambda settings: settings.max_document_bytes,
    )


class Handlers:
    """GET, PUT, POST and DELETE of one kind of documents."""

    def __init__(self, kind: DocumentKind) -> None:
        self._kind = kind

    async def get(self, services: Services, call: Call) -> Response:
        """A document, or the names of those stored since a moment."""
        call.principal.demand(f"{self._kind.right}/read")
        parameters.only(call, self._kind.parameters | {self._kind.name, "since"})
        collection = self._kind.collection(call)
        name = parameters.text(call, self._kind.name)
        if name is None:
            since = parameters.moment(call, "since") or 0
            work = lambda c: documents.document_names(c, collection, since)  # noqa: E731
            return _json(orjson.dumps(await services.store.read(work)))
        if "since" in call.parameters:
            rule = f"can't stand beside {self._kind.name}"
            raise parameters.bad("since", rule, "Communication 2.2")
        place = Place(collection, name)
        document = await services.store.read(lambda c: documents.get_document(c, place))
        if document is None:
            raise NotFound("there is no such document")
        return _response(call, document)

    async def put(self, services: Services, call: Call) -> Response:
        """Store a document instead of the old one."""
        place, sent = self._place(call), _sent(services, call)
        condition, database = self._condition_of_put(call), services.store.database
        await services.store.write(
            partial(documents.put_document, database, place, sent, condition)
        )
        return Response(status_code=204)

    async def post(self, services: Services, call: Call) -> Response:
        """Store a document, or merge a JSON object into the old one."""
        place, sent = self._place(call), _sent(services, call)
        condition, database = _condition(call), services.store.database
        await services.store.write(
            partial(documents.merge_document, database, place, sent, condition)
        )
        return Response(status_code=204)

    async def delete(self, services: Services, call: Call) -> Response:
        """Delete a document; of states, all of the collection if none is named."""
        call.principal.demand(f"{self._kind.right}/write")
        parameters.only(call, self._kind.parameters | {self._kind.name})
        collection = self._kind.collection(call)
        name = parameters.text(call, self._kind.name)
        database, condition = services.store.database, _condition(call)
        if name is not None:
            place = Place(collection, name)
            await services.store.write(
                partial(documents.delete_document, database, place, condition)
            )
        elif self._kind.deletes_all:
            await services.store.write(partial(documents.delete_documents, database, collection))
        else:
            raise parameters.bad(self._kind.name, "is required", "Communication 2.2")
        return Response(status_code=204)

    def _place(self, call: Call) -> Place:
        call.principal.demand(f"{self._kind.right}/write")
        parameters.only(call, self._kind.parameters | {self._kind.name})
        name = parameters.required(call, self._kind.name, parameters.text)
        return Place(self._kind.collection(call), name)

    def _condition_of_put(self, call: Call) -> Condition:
        """In 1.0.3 a profile is never stored without a condition, a state always may be.

        In 2.0.0 all three are created freely and replaced with a condition only
        (docs/decisions/0005-concurrency.md).
        """
        version_1 = call.version is Version.V1
        free = version_1 and self._kind.frees_version_1
        return _condition(
            call, to_replace=not free, to_create=version_1 and not self._kind.frees_version_1
        )


def _condition(call: Call, *, to_replace: bool = False, to_create: bool = False) -> Condition:
    return Condition(
        entity_tags(call.header("if-match")),
        entity_tags(call.header("if-none-match")),
        to_replace,
        to_create,
    )


def _sent(services: Services, call: Call) -> Sent:
    """The document that a call brings; what says it is JSON has to be JSON."""
    content_type = call.header("content-type", "application/octet-stream")
    if is_json(content_type):
        parse(call.body, services.settings.max_json_depth)
    return Sent(content_type, call.body)


def _response(call: Call, document: Document) -> Response:
    headers = {
        "ETag": document.etag,
        "Last-Modified": http_date_of(document.updated),
        "Content-Type": document.content_type,
    }
    if document.etag in entity_tags(call.header("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(document.content, headers=headers)


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")

"""State, activity profile and agent profile documents (Communication 2.2, 2.3, 2.6, 2.7).

The one part of the store that is overwritten. Each change is one transaction, alone among those of
the same collection, so that an ETag is compared with what is really replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from schemas.errors import InvalidJson, Problem
from schemas.members import merge_objects
from statements import tables
from statements.clock import now
from statements.errors import ConditionMissing, DocumentConflict, PreconditionFailed
from statements.terms import short_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from statements.connection import Connection
    from statements.database import Database

_DOCUMENT = tables.document.c
_COLUMNS = (_DOCUMENT.content_type, _DOCUMENT.etag, _DOCUMENT.updated, _DOCUMENT.content)
_IN_COLLECTION = _DOCUMENT.collection == bindparam("of_collection")
_OF_REGISTRATION = _DOCUMENT.registration == bindparam("of_registration")
_NAMED = _IN_COLLECTION & _OF_REGISTRATION & (_DOCUMENT.name_digest == bindparam("of_name"))
_SINCE = _DOCUMENT.updated > bindparam("since")

_GET = select(*_COLUMNS).where(_NAMED)
_NAMES = select(_DOCUMENT.name).order_by(_DOCUMENT.updated)
_NAMES_ANY = _NAMES.where(_IN_COLLECTION, _SINCE)
_NAMES_REGISTRATION = _NAMES.where(_IN_COLLECTION, _SINCE, _OF_REGISTRATION)
_INSERT = insert(tables.document)
_UPDATE = (
    update(tables.document)
    .where(_NAMED)
    .values({name: bindparam(name) for name in ("content_type", "etag", "updated", "content")})
)
_DELETE = delete(tables.document).where(_NAMED)
_DELETE_ANY = delete(tables.document).where(_IN_COLLECTION)
_DELETE_REGISTRATION = delete(tables.document).where(_IN_COLLECTION, _OF_REGISTRATION)


class Sent(NamedTuple):
    """A document as a client sends it."""

    content_type: str
    content: bytes


class Document(NamedTuple):
    """A document as it is stored."""

    content_type: str
    etag: str  # with its quotes
    updated: int  # microseconds since 1970
    content: bytes


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents that one list request answers with."""

    resource: str  # `state`, `activity_profile` or `agent_profile`
    activity: str = ""  # IRI
    agent: str = ""  # IFI
    registration: str | None = None  # UUID; None: any in a list, none in a single document
    organisation: str = ""  # of a confined credential: its documents are its own

    @property
    def digest(self) -> bytes:
        """Key of the collection, the registration aside."""
        parts = (self.resource, self.organisation, self.activity, self.agent)
        sized = (len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
        return short_digest(b"".join(sized))

    @property
    def registration_bytes(self) -> bytes:
        """The UUID's 16 bytes, or nothing."""
        return UUID(self.registration).bytes if self.registration else b""


class Place(NamedTuple):
    """Where a document is: its collection, and its name in it."""

    collection: Collection
    name: str  # stateId or profileId


@dataclass(frozen=True, slots=True)
class Condition:
    """What a change demands of the document that is there (RFC 9110, section 13.1)."""

    if_match: tuple[str, ...] = ()  # entity tags or `*`
    if_none_match: tuple[str, ...] = ()
    needed_to_replace: bool = False  # an existing document is not replaced without a condition
    needed_to_create: bool = False  # nor is a new one stored

    def check(self, found: Document | None) -> None:
        """Raise PreconditionFailed, DocumentConflict or ConditionMissing."""
        if self.if_match and not (found and _matches(found.etag, self.if_match)):
            raise PreconditionFailed("the document is not the one that If-Match names")
        if self.if_none_match and found and _matches(found.etag, self.if_none_match):
            raise PreconditionFailed("the document is one that If-None-Match names")
        if self.if_match or self.if_none_match:
            return
        if self.needed_to_create and not found:
            raise ConditionMissing("send If-None-Match: * to create the document")
        if self.needed_to_replace and found:
            raise DocumentConflict(
                "the document exists; read it, then send its ETag as If-Match, "
                "or send If-None-Match: * to create only"
            )


UNCONDITIONAL = Condition()


def etag_of(content: bytes) -> str:
    """Entity tag: the quoted hexadecimal SHA-1 of the content (XAPI-00322, Communication 3.1)."""
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


def get_document(connection: Connection, place: Place) -> Document | None:
    """The document at a place, if there is one."""
    row = connection.row(_GET, **_key(place))
    return Document(*row) if row else None


def document_names(connection: Connection, collection: Collection, since: int = 0) -> list[str]:
    """Names of the documents stored after `since` (microseconds since 1970), oldest first."""
    values: dict[str, object] = {"of_collection": collection.digest, "since": since}
    query = _NAMES_ANY
    if collection.registration:
        query = _NAMES_REGISTRATION
        values["of_registration"] = collection.registration_bytes
    return list(dict.fromkeys(bytes(name).decode() for (name,) in connection.rows(query, **values)))


def put_document(
    database: Database, place: Place, sent: Sent, condition: Condition = UNCONDITIONAL
) -> None:
    """Store a document, instead of the one that is there if there is one.

    Raises:
        PreconditionFailed, DocumentConflict, ConditionMissing: the condition does not hold;
            nothing is changed.

    """

    def replace(found: Document | None) -> Document:
        condition.check(found)
        return _document(sent)

    _change(database, place, replace)


def merge_document(
    database: Database, place: Place, sent: Sent, condition: Condition = UNCONDITIONAL
) -> None:
    """Store a document, or merge its members into the one that is there: both are JSON objects.

    Raises:
        PreconditionFailed: the condition does not hold; nothing is changed.
        InvalidJson: one of the two is no JSON object (XAPI-00314 and its like).

    """

    def merge(found: Document | None) -> Document:
        condition.check(found)
        return _document(sent if found is None else _merged(found, sent))

    _change(database, place, merge)


def delete_document(database: Database, place: Place, condition: Condition = UNCONDITIONAL) -> None:
    """Delete the document at a place; one that is not there is deleted already.

    Raises:
        PreconditionFailed: the condition does not hold; nothing is changed.

    """

    def work(connection: Connection) -> None:
        condition.check(get_document(connection, place))
        connection.execute(_DELETE, **_key(place))

    database.write(work, lock=place.collection.digest)


def delete_documents(database: Database, collection: Collection) -> None:
    """Delete all documents of the collection, of one registration if it names one."""
    values: dict[str, object] = {"of_collection": collection.digest}
    query = _DELETE_ANY
    if collection.registration:
        query = _DELETE_REGISTRATION
        values["of_registration"] = collection.registration_bytes
    database.write(lambda c: c.execute(query, **values), lock=collection.digest)


def is_json(content_type: str) -> bool:
    """Whether a content type says `application/json`, parameters aside."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _change(
    database: Database, place: Place, change: Callable[[Document | None], Document]
) -> None:
    def work(connection: Connection) -> None:
        found = get_document(connection, place)
        document = change(found)
        if found is None:
            connection.execute(_INSERT, **_new_row(place), **document._asdict())
        else:
            connection.execute(_UPDATE, **_key(place), **document._asdict())

    database.write(work, lock=place.collection.digest)


def _document(sent: Sent) -> Document:
    return Document(sent.content_type, etag_of(sent.content), now(), sent.content)


def _merged(found: Document, sent: Sent) -> Sent:
    if not (is_json(found.content_type) and is_json(sent.content_type)):
        rule = "only a JSON object can be posted to a JSON object; PUT replaces the document"
        raise InvalidJson(Problem("$", rule, "Communication 2.2"))
    return Sent(sent.content_type, merge_objects(found.content, sent.content))


def _key(place: Place) -> dict[str, object]:
    return {
        "of_collection": place.collection.digest,
        "of_registration": place.collection.registration_bytes,
        "of_name": short_digest(place.name.encode()),
    }


def _new_row(place: Place) -> dict[str, object]:
    return {
        "collection": place.collection.digest,
        "registration": place.collection.registration_bytes,
        "name_digest": short_digest(place.name.encode()),
        "name": place.name.encode(),
        "agent": place.collection.agent.encode(),
        "activity": place.collection.activity.encode(),
    }


def _matches(etag: str, wanted: tuple[str, ...]) -> bool:
    return "*" in wanted or etag in (tag.removeprefix("W/") for tag in wanted)

"""State, activity profile and agent profile documents (Communication 2.2, 2.3, 2.6, 2.7).

The one part of the store that is overwritten. Each change is one transaction, alone among those of
the same collection, so that an ETag is compared with what is really replaced.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from schemas.errors import InvalidJson, Problem
from schemas.members import merge_objects
from statements import tables
from statements.errors import ConditionMissing, DocumentConflict, PreconditionFailed
from statements.terms import short_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from statements.database import Connection, Database

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


def get_document(connection: Connection, collection: Collection, name: str) -> Document | None:
    """The document of this name, if there is one."""
    row = connection.row(_GET, **_key(collection, name))
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
    database: Database,
    collection: Collection,
    name: str,
    content_type: str,
    content: bytes,
    condition: Condition = UNCONDITIONAL,
) -> None:
    """Store a document, in place of the one of that name if there is one.

    Raises:
        PreconditionFailed, DocumentConflict, ConditionMissing: the condition does not hold; nothing is changed.

    """

    def replace(found: Document | None) -> Document:
        condition.check(found)
        return Document(content_type, etag_of(content), _now(), content)

    _change(database, collection, name, replace)


def merge_document(
    database: Database,
    collection: Collection,
    name: str,
    content_type: str,
    content: bytes,
    condition: Condition = UNCONDITIONAL,
) -> None:
    """Store a document, or merge its members into the one that is there: both are JSON objects.

    Raises:
        PreconditionFailed: the condition does not hold; nothing is changed.
        InvalidJson: one of the two is no JSON object (XAPI-00314 and its like).

    """

    def merge(found: Document | None) -> Document:
        condition.check(found)
        merged = content if found is None else _merged(found, content_type, content)
        return Document(content_type, etag_of(merged), _now(), merged)

    _change(database, collection, name, merge)


def delete_document(
    database: Database, collection: Collection, name: str, condition: Condition = UNCONDITIONAL
) -> None:
    """Delete the document of this name; one that is not there is deleted already.

    Raises:
        PreconditionFailed: the condition does not hold; nothing is changed.

    """

    def work(connection: Connection) -> None:
        condition.check(get_document(connection, collection, name))
        connection.execute(_DELETE, **_key(collection, name))

    database.write(work, lock=collection.digest)


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
    database: Database,
    collection: Collection,
    name: str,
    change: Callable[[Document | None], Document],
) -> None:
    key = _key(collection, name)

    def work(connection: Connection) -> None:
        found = get_document(connection, collection, name)
        document = change(found)
        if found is None:
            connection.execute(_INSERT, **_new_row(collection, name), **document._asdict())
        else:
            connection.execute(_UPDATE, **key, **document._asdict())

    database.write(work, lock=collection.digest)


def _merged(found: Document, content_type: str, content: bytes) -> bytes:
    if not (is_json(found.content_type) and is_json(content_type)):
        rule = "only a JSON object can be posted to a JSON object; PUT replaces the document"
        raise InvalidJson(Problem("$", rule, "Communication 2.2"))
    return merge_objects(found.content, content)


def _key(collection: Collection, name: str) -> dict[str, object]:
    return {
        "of_collection": collection.digest,
        "of_registration": collection.registration_bytes,
        "of_name": short_digest(name.encode()),
    }


def _new_row(collection: Collection, name: str) -> dict[str, object]:
    return {
        "collection": collection.digest,
        "registration": collection.registration_bytes,
        "name_digest": short_digest(name.encode()),
        "name": name.encode(),
        "agent": collection.agent.encode(),
        "activity": collection.activity.encode(),
    }


def _matches(etag: str, wanted: tuple[str, ...]) -> bool:
    return "*" in wanted or etag in (tag.removeprefix("W/") for tag in wanted)


def _now() -> int:
    return time.time_ns() // 1000

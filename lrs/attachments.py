"""Attachments of statements: what xAPI demands of them (Data 2.4.11, Communication 1.5.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lrs.multipart import MultipartError, Part, media_type, parse
from schemas.attachments import declared_attachments, has_sha2
from schemas.rules import SIGNATURE, SIGNATURE_CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]

_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """Content that came with statements: lower-case hex SHA-2, type (None: not said), octets."""

    sha2: str
    content_type: str | None
    content: bytes


def statement_and_attachments(content_type: str, body: bytes) -> tuple[bytes, list[Attachment]]:
    """Split a request into the JSON of its statements and its attachments.

    Every attachment's hash is checked against its content; equal ones are returned once.
    Raises MultipartError with the number of the part.
    """
    first, *others = parse(content_type, body)
    if media_type(first.headers.get("content-type", "")) != "application/json":
        raise MultipartError("Content-Type of the first part is application/json", "XAPI-00134", 1)
    attachments: dict[str, Attachment] = {}
    for number, part in enumerate(others, start=2):
        sha2 = _checked_hash(part, number)
        if sha2 not in attachments:
            content_type_of_part = part.headers.get("content-type")
            attachments[sha2] = Attachment(sha2, content_type_of_part, bytes(part.body))
    return bytes(first.body), list(attachments.values())


def match_attachments(statements: Iterable[Json], attachments: Iterable[Attachment]) -> None:
    """Check that the declared attachments of (valid) statements and the received ones agree.

    Each declared one has a fileUrl or was received, each received one is declared with its type,
    and a signature is there as octet stream. For a request of type application/json
    `attachments` is empty. Raises MultipartError.
    """
    received = {attachment.sha2: attachment for attachment in attachments}
    declared: dict[str, list[Json]] = {}
    for statement in statements:
        for entry in declared_attachments(statement):
            _check_declared(entry, received)
            declared.setdefault(str(entry["sha2"]).lower(), []).append(entry)
    for attachment in received.values():
        _check_received(attachment, declared.get(attachment.sha2, []))


def _checked_hash(part: Part, number: int) -> str:
    """Return the hash of an attachment part after checking header fields and content."""
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise MultipartError("Content-Transfer-Encoding is binary", "XAPI-00135", number)
    sha2 = part.headers.get("x-experience-api-hash", "").lower()
    if not sha2:
        raise MultipartError("an attachment has X-Experience-API-Hash", "XAPI-00132", number)
    if not (_HEXADECIMAL.fullmatch(sha2) and has_sha2(part.body, bytes.fromhex(sha2))):
        rule = "X-Experience-API-Hash is the SHA-2 of the content in hexadecimal digits"
        raise MultipartError(rule, "Communication 1.5.2", number)
    return sha2


def _check_declared(entry: Json, received: Mapping[str, Attachment]) -> None:
    is_signature = entry.get("usageType") == SIGNATURE
    if is_signature and media_type(str(entry.get("contentType"))) != SIGNATURE_CONTENT_TYPE:
        raise MultipartError(
            f"contentType of a signature is {SIGNATURE_CONTENT_TYPE}", "XAPI-00115"
        )
    if str(entry["sha2"]).lower() in received:
        return
    if is_signature:
        raise MultipartError(f"the signature {entry['sha2']} is sent along", "XAPI-00115")
    if "fileUrl" not in entry:
        rule = f"attachment {entry['sha2']} has a fileUrl or is sent along as a part"
        raise MultipartError(rule, "XAPI-00129")


def _check_received(attachment: Attachment, entries: list[Json]) -> None:
    if not entries:
        rule = f"the part with hash {attachment.sha2} is declared by an attachment of a statement"
        raise MultipartError(rule, "XAPI-00128")
    if attachment.content_type is None:
        return
    # Parameters are left out: the specification's own example has them on one side only.
    types = {media_type(str(entry.get("contentType"))) for entry in entries}
    if media_type(attachment.content_type) not in types:
        rule = f"Content-Type of the part with hash {attachment.sha2} is the contentType declared"
        raise MultipartError(rule, "Communication 1.5.2")

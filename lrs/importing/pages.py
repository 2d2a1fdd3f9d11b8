"""What another record store answers: statements in their own bytes, and attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from lrs import multipart
from lrs.importing.sources import SourceError

if TYPE_CHECKING:
    import httpx


class Answer(NamedTuple):
    """The content of an answer to GET /statements."""

    statements: list[bytes]  # JSON texts
    more: str  # link to the next page, or empty
    attachments: dict[str, bytes]  # by their SHA-2 as the answer says it, in lower case


class _StatementResult(msgspec.Struct):
    statements: list[msgspec.Raw]
    more: str | None = None


def read_list(response: httpx.Response) -> Answer:
    """The statements of a StatementResult (Data 2.5), with attachments or without.

    Raises:
        SourceError: it is none.

    """
    text, attachments = _parts(response)
    try:
        result = msgspec.json.decode(text, type=_StatementResult)
    except msgspec.DecodeError as error:
        raise SourceError(f"the answer is no list of statements ({error})") from None
    return Answer([bytes(each) for each in result.statements], result.more or "", attachments)


def read_one(response: httpx.Response) -> Answer:
    """The single statement of an answer. Raises SourceError."""
    text, attachments = _parts(response)
    return Answer([text], "", attachments)


def _parts(response: httpx.Response) -> tuple[bytes, dict[str, bytes]]:
    """JSON text, and attachments by their hashes; whether these are right is seen later."""
    content_type = response.headers.get("Content-Type", "")
    if not multipart.is_multipart(content_type):
        return response.content, {}
    try:
        first, *others = multipart.parse(content_type, response.content)
    except multipart.MultipartError as error:
        raise SourceError(f"the answer's parts are not in order: {error}") from None
    hashes = (part.headers.get("x-experience-api-hash", "").lower() for part in others)
    attachments = {
        sha2: bytes(part.body) for sha2, part in zip(hashes, others, strict=True) if sha2
    }
    return bytes(first.body), attachments

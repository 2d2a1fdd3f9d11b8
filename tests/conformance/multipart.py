"""`multipart/mixed` as xAPI uses it: written part by part, read with the standard library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

from tests.conformance.client import encode_json
from tests.conformance.samples import hash_content

if TYPE_CHECKING:
    from email.message import Message

    import httpx

BOUNDARY = "----a-boundary-of-the-tests"
HEADERS = {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"}


@dataclass(frozen=True)
class Part:
    """One part: header lines and content."""

    headers: tuple[tuple[str, str], ...]
    content: bytes


def make_json_part(value: object, content_type: str = "application/json") -> Part:
    """Return the first part of a request: the statements."""
    return Part((("Content-Type", content_type),), encode_json(value))


def make_attachment_part(content: bytes, **changed: str | None) -> Part:
    """Return the part of an attachment; `changed` headers are replaced or, if None, left out."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hash_content(content),
    }
    headers |= {name.replace("_", "-"): value or "" for name, value in changed.items()}
    return Part(tuple((name, value) for name, value in headers.items() if value), content)


def encode_parts(*parts: Part) -> bytes:
    """Write a request body."""
    return b"".join(map(_encode_part, parts)) + f"--{BOUNDARY}--\r\n".encode()


def _encode_part(part: Part) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in part.headers)
    return f"--{BOUNDARY}\r\n{head}\r\n".encode() + part.content + b"\r\n"


def encode_statements(statements: object, *contents: bytes) -> bytes:
    """Write a request body of statements and the contents of their attachments."""
    return encode_parts(make_json_part(statements), *map(make_attachment_part, contents))


def read_parts(response: httpx.Response) -> tuple[Any, dict[str, bytes]]:
    """Read a multipart response: the JSON of the first part, the contents of the rest by hash."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + response.content)
    first, *rest = (part for part in whole.walk() if not part.is_multipart())
    contents = {part["X-Experience-API-Hash"]: _read_content(part) for part in rest}
    assert len(contents) == len(rest), "an attachment was sent twice"
    return json.loads(_read_content(first)), contents


def _read_content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content

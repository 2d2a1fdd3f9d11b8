"""`multipart/mixed`, read and written (RFC 2046).

Reading is strict about the frame (CRLF, boundaries); content is never decoded, so that every octet
of an attachment comes through. What the parts have to be is in `attachments`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from schemas.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MAX_PARTS: Final = 10_000
_MAX_PART_HEADER_BYTES: Final = 16_384
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_PARAMETER: Final = re.compile(r';[ \t]*(?:([^\s=;"]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^;"]*))?')
_FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SAFE_FIELD_VALUE: Final = re.compile(r"[\t -~]+")
_MEDIA_TYPE: Final = re.compile(r"\s*([^\s;/]+/[^\s;/]+)\s*(?:;|$)")
_PADDING_AND_END: Final = re.compile(rb"[ \t]*+(?:\r\n|\Z)")

_FRAME = "Communication 1.5.2, RFC 2046"


class MultipartError(Exception):
    """A request whose parts break a rule; answered 400.

    Facts: `part` (number of the part, the statements being 1; None when it is not about one part),
    `rule` (what is wrong and what is demanded) and `requirement` (where it is written).
    """

    def __init__(self, rule: str, requirement: str, part: int | None = None) -> None:
        super().__init__(rule if part is None else f"part {part}: {rule}")
        self.part = part
        self.rule = rule
        self.requirement = requirement

    @property
    def problems(self) -> list[Problem]:
        """The same facts in the form of every other refusal."""
        place = "body" if self.part is None else f"part {self.part}"
        return [Problem(place, self.rule, self.requirement)]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body: header fields by lower-case name, and content."""

    headers: Mapping[str, str]
    body: memoryview


class StoredAttachment(Protocol):
    """What `render` needs to know of an attachment."""

    @property
    def sha2(self) -> str:
        """Hash as hexadecimal digits."""

    @property
    def content_type(self) -> str:
        """Internet media type."""

    @property
    def content(self) -> bytes:
        """The octets."""


def is_multipart(content_type: str) -> bool:
    """Tell whether a Content-Type says `multipart/mixed` (in any case, with any parameters)."""
    return media_type(content_type) == "multipart/mixed"


def parse(content_type: str, body: bytes) -> list[Part]:
    """Split a `multipart/mixed` body into its parts, without preamble and epilogue.

    Content is not copied: it is a view of `body`. Raises MultipartError.
    """
    delimiter = b"--" + _boundary(content_type).encode("ascii")
    view = memoryview(body)
    sections = enumerate(_sections(body, delimiter), start=1)
    return [_part(body, view, start, end, number) for number, (start, end) in sections]


def render(
    statements_result: bytes, attachments: Iterable[StoredAttachment]
) -> tuple[str, Iterator[bytes]]:
    """Return Content-Type and body of an answer with attachments, each of them once.

    The boundary is 128 random bits, so content need not be searched for it.
    """
    boundary = secrets.token_hex(16)
    content_type = f"multipart/mixed; boundary={boundary}"
    return content_type, _rendered(boundary.encode("ascii"), statements_result, attachments)


# Reading the frame


def media_type(content_type: str) -> str:
    """Return the type and subtype of a Content-Type in lower case, or nothing."""
    match = _MEDIA_TYPE.match(content_type)
    return match[1].lower() if match else ""


def _boundary(content_type: str) -> str:
    if not is_multipart(content_type):
        raise MultipartError("Content-Type is multipart/mixed", "XAPI-00127")
    for name, value in _PARAMETER.findall(content_type):
        if name.lower() == "boundary":
            boundary = _unquote(value)
            if not _BOUNDARY.fullmatch(boundary):
                raise MultipartError("boundary has 1 to 70 characters of RFC 2046", _FRAME)
            return boundary
    raise MultipartError("Content-Type names the boundary of the parts", "XAPI-00131")


def _unquote(value: str) -> str:
    if value.startswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value.rstrip(" \t")


def _sections(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each part (header and content) between the boundary lines."""
    start = None
    for line_start, line_end, is_last in _boundary_lines(body, delimiter):
        if start is not None:
            yield start, max(start, line_start)
        if is_last:
            if start is None:
                break
            return
        start = line_end
    if start is None:
        raise MultipartError("a boundary stands before each part", "XAPI-00130")
    raise MultipartError("the boundary and two hyphens stand after the last part", _FRAME)


def _boundary_lines(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield the boundary lines: start (of the CRLF before), end, and whether it is the last one."""
    search = b"\r\n" + delimiter
    found = 0 if body.startswith(delimiter) else body.find(search)
    for _ in range(_MAX_PARTS):
        if found < 0:
            return
        after = found + len(delimiter) + (2 if body.startswith(b"\r\n", found) else 0)
        is_last = body.startswith(b"--", after)
        end = _end_of_line(body, after + 2 if is_last else after)
        if end is not None:
            yield found, end, is_last
        # The CRLF that ends this line may be the one that begins the next boundary line.
        found = body.find(search, after if end is None else max(after, end - 2))
    raise MultipartError(f"a body has at most {_MAX_PARTS} boundaries", "limit of this server")


def _end_of_line(body: bytes, position: int) -> int | None:
    """Return the position after padding and CRLF, or None if other text follows: no boundary."""
    line_end = _PADDING_AND_END.match(body, position)
    return line_end.end() if line_end else None


def _part(body: bytes, view: memoryview, start: int, end: int, number: int) -> Part:
    """Split a section into header fields and content at its first empty line."""
    if body.startswith(b"\r\n", start, end):
        return Part({}, view[start + 2 : end])
    limit = min(end, start + _MAX_PART_HEADER_BYTES)
    header_end = body.find(b"\r\n\r\n", start, limit)
    if header_end < 0:
        raise MultipartError("a part has header fields, an empty line and content", _FRAME, number)
    headers = dict(_fields(body[start:header_end], number))
    return Part(headers, view[header_end + 4 : end])


def _fields(block: bytes, number: int) -> Iterator[tuple[str, str]]:
    try:
        text = re.sub("\r\n[ \t]+", " ", block.decode("utf-8"))
    except UnicodeDecodeError:
        raise MultipartError("header fields are UTF-8", "Communication 1.4", number) from None
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or not _FIELD_NAME.fullmatch(name):
            raise MultipartError("a header field is a name, a colon and a value", _FRAME, number)
        yield name.lower(), value.strip(" \t")


# Writing


def _rendered(
    boundary: bytes, statements_result: bytes, attachments: Iterable[StoredAttachment]
) -> Iterator[bytes]:
    yield b"--%b\r\nContent-Type: application/json\r\n\r\n" % boundary
    yield statements_result
    written: set[str] = set()
    for attachment in attachments:
        if attachment.sha2 not in written:
            written.add(attachment.sha2)
            yield b"\r\n--%b\r\n%b\r\n" % (boundary, _header_of(attachment))
            yield attachment.content
    yield b"\r\n--%b--\r\n" % boundary


def _header_of(attachment: StoredAttachment) -> bytes:
    # A contentType is any text to the specification; what cannot stand in a header stays out.
    is_safe = _SAFE_FIELD_VALUE.fullmatch(attachment.content_type)
    content_type = attachment.content_type if is_safe else "application/octet-stream"
    return (
        f"Content-Type: {content_type}\r\n"
        "Content-Transfer-Encoding: binary\r\n"
        f"X-Experience-API-Hash: {attachment.sha2}\r\n"
    ).encode("ascii")

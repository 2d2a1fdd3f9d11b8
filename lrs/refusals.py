"""What the server's edge answers itself, before or instead of a resource."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import orjson

_RETRY_SOON: Final = ((b"retry-after", b"2"),)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with status, a code for programs, a sentence for people, and header fields."""

    status: int
    code: str
    message: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def body(self, request_id: str) -> bytes:
        """Return the JSON that every error of this server has."""
        return orjson.dumps({"error": self.code, "message": self.message, "request_id": request_id})

    def to_wire(self, method: bytes = b"") -> bytes:
        """Return the whole HTTP/1.1 response to a method, after which the connection closes."""
        body = orjson.dumps({"error": self.code, "message": self.message})
        sent = b"" if method == b"HEAD" else body
        return (
            b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b"
        ) % (self.status, HTTPStatus(self.status).phrase.encode(), len(body), sent)


class RefusedError(Exception):
    """Raised while a request is read to answer it with `refusal`; only the edge catches it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


MALFORMED: Final = Refusal(400, "malformed_request", "This is not an HTTP/1.1 request.")
ORIGIN_NOT_ALLOWED: Final = Refusal(
    403, "origin_not_allowed", "Content from this origin may not call this server."
)
TOO_SLOW: Final = Refusal(408, "request_timeout", "The request took too long to arrive.")
BODY_TOO_LARGE: Final = Refusal(
    413, "body_too_large", "The body of the request is larger than this server allows."
)
QUERY_TOO_LONG: Final = Refusal(
    414, "query_too_long", "The query string is longer than this server allows."
)
HEADERS_TOO_LARGE: Final = Refusal(
    431, "headers_too_large", "The header of the request is larger than this server allows."
)
INTERNAL_ERROR: Final = Refusal(
    500, "internal_error", "The server failed to answer; its log has the reason."
)
OVERLOADED: Final = Refusal(
    503, "overloaded", "The server has more to do than it can; try again later.", _RETRY_SOON
)
TIMED_OUT: Final = Refusal(
    503, "timed_out", "The server did not get the request done in time.", _RETRY_SOON
)
STOPPING: Final = Refusal(503, "stopping", "The server is stopping; try again.", _RETRY_SOON)

"""A shot: bytes for one connection, and what it may expect."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shot:
    """What is sent on a connection of its own.

    Args:
        kind: for the figures.
        data: all of it.
        is_request: one whole HTTP request that asks for its connection to be closed: it is owed
            one answer and no more.
        half_closes: the client says that nothing more comes, then reads.
        leaves: the client is gone as soon as all is sent, without waiting for an answer.

    """

    kind: str
    data: bytes
    is_request: bool = True
    half_closes: bool = False
    leaves: bool = False

    @property
    def is_head(self) -> bool:
        """Answers have no body."""
        return self.data.startswith(b"HEAD ")


def encode(method: str, target: str | bytes, fields: Fields, body: bytes = b"") -> bytes:
    """Write an HTTP request that is the last of its connection."""
    if isinstance(target, str):
        target = target.encode("utf-8", "surrogateescape")
    lines = [
        method.encode() + b" " + target + b" HTTP/1.1",
        b"Host: lrs.example",
        b"Connection: close",
    ]
    lines += [b"%b: %b" % (encode_field(name), encode_field(value)) for name, value in fields]
    if body or method in {"POST", "PUT"}:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def encode_field(text: str) -> bytes:
    """A field's name or value; what would end its line is left out."""
    return text.encode("utf-8", "replace").translate(None, b"\r\n\x00")


def escape(text: str) -> str:
    """Percent-encode."""
    return quote(text, safe="", errors="surrogatepass")

"""What a Statement says of its attachments, and whether content is what it says (Data 2.4.11)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    Json = dict[str, Any]

_ALGORITHMS: Final = {28: "sha224", 32: "sha256", 48: "sha384", 64: "sha512"}


def declared_attachments(statement: Json) -> Iterator[Json]:
    """Yield the attachment objects of a valid Statement and of the SubStatement in it."""
    yield from statement.get("attachments", ())
    yield from statement["object"].get("attachments", ())


def has_sha2(content: bytes | memoryview, sha2: bytes) -> bool:
    """Tell whether `sha2` (28, 32, 48 or 64 bytes) is the SHA-2 of that length of `content`."""
    algorithm = _ALGORITHMS.get(len(sha2))
    return algorithm is not None and hashlib.new(algorithm, content).digest() == sha2

"""Cross-origin requests: what browser content from other origins may send and see.

Credentials travel in the Authorization header that content sets itself, never in a cookie, so any
origin may call by default (`*`): it can do no more than with a program of its own. Credentials
that the browser keeps itself are let in only from origins that the operator lists.
"""

from __future__ import annotations

import re
from typing import Final

Headers = tuple[tuple[bytes, bytes], ...]

METHODS: Final = b"GET, HEAD, POST, PUT, DELETE, OPTIONS"
REQUEST_HEADERS: Final = (
    b"Authorization, Content-Type, Content-Length, Content-Transfer-Encoding, Accept, "
    b"Accept-Language, If-Match, If-None-Match, X-Experience-API-Version, X-Experience-API-Hash, "
    b"X-Requested-With, X-Request-Id"
)
RESPONSE_HEADERS: Final = (
    b"ETag, Last-Modified, Content-Length, Content-Type, Retry-After, WWW-Authenticate, "
    b"X-Experience-API-Version, X-Experience-API-Consistent-Through, X-Request-Id"
)
# Browsers cap what they cache: Chromium at two hours, Firefox at a day.
_MAX_AGE_SECONDS: Final = b"7200"
_HEADER_NAMES: Final = re.compile(
    rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+( *, *[A-Za-z0-9!#$%&'*+.^_`|~-]+)*"
)
_MAX_HEADER_NAMES_BYTES: Final = 1024

_EXPOSE: Final = (b"access-control-expose-headers", RESPONSE_HEADERS)
_VARY: Final = (b"vary", b"Origin")
_ANY_ORIGIN: Final = ((b"access-control-allow-origin", b"*"), _EXPOSE)


class Cors:
    """The rule for cross-origin requests; `origins` is `("*",)` or the allowed ones."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = origins == ("*",)
        self._allowed = frozenset(origin.encode() for origin in origins)

    def headers(self, origin: bytes | None) -> Headers:
        """Return what every response to a request from `origin` (None: no browser) carries."""
        if self._any:
            return () if origin is None else _ANY_ORIGIN
        if origin is None or not self.allows(origin):
            return (_VARY,)
        return (
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            _EXPOSE,
            _VARY,
        )

    def allows(self, origin: bytes) -> bool:
        """Tell whether content from `origin` may call."""
        return self._any or origin.lower() in self._allowed

    def preflight_headers(self, requested: bytes | None) -> Headers:
        """Return what a preflight learns beyond `headers`, given the header names it asks for.

        All are allowed: one that the server does not know, it does not read.
        """
        names = REQUEST_HEADERS
        if requested and len(requested) <= _MAX_HEADER_NAMES_BYTES:
            names = requested if _HEADER_NAMES.fullmatch(requested) else REQUEST_HEADERS
        return (
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", names),
            (b"access-control-max-age", _MAX_AGE_SECONDS),
        )

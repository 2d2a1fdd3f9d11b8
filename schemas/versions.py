"""The two versions of xAPI spoken here, and how a request names the one it speaks."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from schemas.errors import InvalidValue, Problem, quoted


class Version(StrEnum):
    """A version of xAPI; the value is what the version header of a response says."""

    V1 = "1.0.3"
    V2 = "2.0.0"


# Any patch version, and "1.0" as if it were "1.0.0". What may follow the patch number is
# what Semantic Versioning 1.0.0 allows. There is one way to match it, so that no text takes long.
_HEADER = re.compile(r"([12])\.0(?:\.[0-9][0-9A-Za-z.+-]*)?")
_BY_MAJOR = {"1": Version.V1, "2": Version.V2}


@lru_cache(maxsize=16)  # clients send one of a few, and it is asked for thrice a request
def negotiate(header: str | None) -> Version:
    """Return the version that `X-Experience-API-Version: header` asks for.

    Source: Communication 3.3, XAPI-00331. Raises InvalidValue for a missing header
    and for everything but `1.0`, `1.0.x`, `2.0` and `2.0.x`.
    """
    match = _HEADER.fullmatch(header) if header is not None else None
    if match is None:
        raise InvalidValue(Problem("X-Experience-API-Version", _refusal(header), "XAPI-00331"))
    return _BY_MAJOR[match[1]]


def _refusal(header: str | None) -> str:
    found = (
        "the header is missing"
        if header is None
        else f"{quoted(header)} is not a version known here"
    )
    return f"{found}; send 1.0, 1.0.x, 2.0 or 2.0.x"

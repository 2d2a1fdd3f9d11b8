"""A request to an xAPI resource, understood: parameters, headers, body, caller, version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from lrs.errors import BadRequest
from lrs.exchange import read_body
from schemas.errors import Problem
from schemas.versions import Version, negotiate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope

    from lrs.auth import Principal

VERSION_HEADER = "x-experience-api-version"
_FORM = "application/x-www-form-urlencoded"
_METHODS = {"GET", "PUT", "POST", "DELETE", "HEAD"}
# Header fields that a form of the alternate request syntax may carry (Communication 1.3).
_FORM_HEADERS = {
    "authorization",
    "content-type",
    "content-length",
    "if-match",
    "if-none-match",
    "accept",
    "accept-language",
    VERSION_HEADER,
}
_FIELD_VALUE = re.compile("[\t -~\x80-\xff]*")  # RFC 9110, 5.5
MOST_PARAMETERS = 100


@dataclass(slots=True)
class Incoming:
    """A request as it arrived, the alternate request syntax already resolved."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes | None = None  # None: not read yet


@dataclass(slots=True)
class Call:
    """A request of a known caller in a known version of xAPI."""

    incoming: Incoming
    principal: Principal
    version: Version
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """Query parameters, each once."""
        return self.incoming.parameters

    def header(self, name: str, default: str = "") -> str:
        """A header field by its name in lower case."""
        return self.incoming.headers.get(name, default)


def header_fields(scope: Scope) -> dict[str, str]:
    """The header fields of a request, names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def read_incoming(scope: Scope, headers: dict[str, str], receive: Receive) -> Incoming:
    """Read the head of a request, and the body only if the head is in it.

    Whoever calls has to be known before a body is waited for and kept in memory; only in the
    alternate request syntax the body may be what tells.

    Raises:
        BadRequest: the query is malformed, or a form breaks the alternate request syntax.

    """
    parameters = parse_query(scope["query_string"])
    incoming = Incoming(scope["method"], scope["path"], parameters, headers)
    return _unwrap(incoming, await read_body(receive)) if _is_alternate(incoming) else incoming


def version_of(incoming: Incoming) -> Version:
    """The version of xAPI that the request speaks (Communication 3.3)."""
    return negotiate(incoming.headers.get(VERSION_HEADER))


def parse_query(query: bytes) -> dict[str, str]:
    """Parameters of a query string or form.

    Raises:
        BadRequest: it is not UTF-8, or a name occurs twice.

    """
    if not query:
        return {}
    try:
        pairs = _pairs(query.decode("ascii"))
    except ValueError as error:
        raise BadRequest(Problem("query", f"is not well-formed: {error}", "RFC 3986")) from None
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        twice = next(name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1)
        raise BadRequest(
            Problem(f"query.{twice}", "a parameter occurs once", "Communication 2.1.3")
        )
    return parameters


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values of a form, decoded; Python's `parse_qsl` takes three times as long."""
    fields = text.split("&")
    if len(fields) > MOST_PARAMETERS:
        raise ValueError("Max number of fields exceeded")
    pairs = (field.partition("=") for field in fields if field)
    return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]


def _unquoted(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def _is_alternate(incoming: Incoming) -> bool:
    """POST with the one parameter `method`, of 1.0.3; 2.0.0 has no such syntax."""
    if incoming.method != "POST" or "method" not in incoming.parameters:
        return False
    return not incoming.headers.get(VERSION_HEADER, "").startswith("2.")


def _unwrap(incoming: Incoming, form: bytes) -> Incoming:
    """The request that a form stands for (Communication 1.3)."""
    method = incoming.parameters["method"].upper()
    if method not in _METHODS:
        raise _alternate_problem("query.method", f"one of {', '.join(sorted(_METHODS))}")
    if len(incoming.parameters) > 1:
        raise _alternate_problem(
            "query", "no parameter beside `method`; the form carries the others"
        )
    if incoming.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise _alternate_problem("Content-Type", f"must be {_FORM}")
    fields = parse_query(form)
    body = _content(method, fields)
    headers = dict(incoming.headers)
    headers.pop("content-type")  # it was the form's
    given = {name: name.lower() for name in fields if name.lower() in _FORM_HEADERS}
    headers |= {lower: _field_value(name, fields.pop(name)) for name, lower in given.items()}
    if body and "content-type" not in headers:
        headers["content-type"] = "application/json"
    return Incoming(method, incoming.path, fields, headers, body)


def _field_value(name: str, value: str) -> str:
    """A form field that stands for a header field, and might come back as one."""
    if not _FIELD_VALUE.fullmatch(value):
        raise _alternate_problem(f"form.{name}", "is not what a header field may hold")
    return value


def _content(method: str, fields: dict[str, str]) -> bytes:
    content = fields.pop("content", None)
    if content is None and method in {"PUT", "POST"}:
        raise _alternate_problem("form.content", "the form field `content` carries the body")
    return (content or "").encode()


def _alternate_problem(place: str, rule: str) -> BadRequest:
    return BadRequest(Problem(place, rule, "Communication 1.3"))

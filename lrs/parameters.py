"""Query parameters: each read once, by its own rule, with an error that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from lrs.errors import BadRequest
from schemas import formats
from schemas.errors import InvalidValue, Problem, SchemaError
from schemas.identity import agent_ifi
from schemas.parsing import parse
from schemas.validation import validate_agent
from statements.clock import microseconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lrs.call import Call

Json = dict[str, Any]
T = TypeVar("T")

_BOOLEANS = {"true": True, "false": False}


def bad(name: str, rule: str, requirement: str) -> BadRequest:
    """The error for a parameter."""
    return BadRequest(Problem(f"query.{name}", rule, requirement))


def only(call: Call, allowed: Collection[str]) -> None:
    """Refuse parameters that the resource does not know (XAPI-00325, Communication 3.2)."""
    for name in call.parameters:
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise bad(name, f"is not a parameter here; known are: {known}", "Communication 3.2")


def text(call: Call, name: str) -> str | None:
    """Any text but an empty one."""
    value = call.parameters.get(name)
    if value == "":
        raise bad(name, "is empty", "Communication 2")
    return value


def required(call: Call, name: str, read: Callable[[Call, str], T | None]) -> T:
    """What `read` makes of a parameter that has to be there."""
    value = read(call, name)
    if value is None:
        raise bad(name, "is required", "Communication 2")
    return value


def iri(call: Call, name: str) -> str | None:
    """An IRI with its scheme."""
    value = call.parameters.get(name)
    if value is not None and not formats.is_iri(value):
        raise bad(name, "is an IRI, such as http://example.org/course", "Data 4.2")
    return value


def uuid(call: Call, name: str) -> str | None:
    """A UUID in its usual form."""
    value = call.parameters.get(name)
    if value is not None and not formats.is_uuid(value):
        raise bad(name, "is a UUID", "Data 2.4.1")
    return value


def boolean(call: Call, name: str) -> bool:
    """`true` or `false`; false if it is not given."""
    value = call.parameters.get(name, "false")
    if value not in _BOOLEANS:
        raise bad(name, "is true or false", "Communication 2.1.3")
    return _BOOLEANS[value]


def whole_number(call: Call, name: str) -> int | None:
    """A whole number from 0."""
    value = call.parameters.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):  # noqa: PLR2004  # 64 bits
        raise bad(name, "is a whole number, 0 or more", "Communication 2.1.3")
    return int(value)


def moment(call: Call, name: str) -> int | None:
    """An ISO 8601 timestamp, as microseconds since 1970."""
    value = call.parameters.get(name)
    if value is None:
        return None
    try:
        return microseconds_of(formats.parse_timestamp(value, call.version))
    except InvalidValue as error:
        raise BadRequest(*error.within(f"query.{name}").problems) from None


def agent(call: Call, name: str = "agent") -> Json | None:
    """A JSON Agent or identified Group."""
    text = call.parameters.get(name)
    if text is None:
        return None
    try:
        value = parse(text.encode())
        validate_agent(value, call.version)
    except SchemaError as error:
        raise BadRequest(*error.within(f"query.{name}").problems) from None
    if agent_ifi(value) is None:
        raise bad(
            name, "needs an identifier: mbox, mbox_sha1sum, openid or account", "Data 2.4.2.3"
        )
    return value  # type: ignore[no-any-return]  # validated to be an object


def identifier(value: Json | None) -> str | None:
    """IFI of an agent that was given."""
    return None if value is None else agent_ifi(value)

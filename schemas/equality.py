"""Tell whether two Statements are the same one, or in conflict.

By Data 2.3.1 (Statement Immutability, Statement Comparison Requirements), 4.5 and 4.6, and
4.2.7 of xAPI 2.0. Each Statement is brought into a normal form that leaves out, or brings
to one spelling, what the specification lets vary:

- `authority`, `stored` and `version`; `id` and `timestamp` where one of the two has none
  (the LRS sets them then);
- a verb's `display` and an activity's `definition`, which are not part of a Statement;
- the spelling of a point in time, below the millisecond too (Data 4.5);
- the order of a Group's members and of the activities of one contextActivities key, and
  whether a single one of the latter stands in an array (Data 2.4.6.2);
- the default `objectType`;
- the case of UUIDs, hashes, language tags and of the domain of an e-mail address;
- a duration's digits below 0.01 seconds (Data 4.6);
- the spelling of a number: 1, 1.0 and 10e-1 are one, whatever their size or precision.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from schemas.formats import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    Json = dict[str, Any]

# What the LRS sets in any case, and what it sets if the client has not.
_ASSIGNED: Final = frozenset({"authority", "stored", "version"})
_ASSIGNED_IF_ABSENT: Final = frozenset({"id", "timestamp"})

_NUMBER: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
# No real number has a longer exponent; such a one is not computed with, but taken as written.
_EXPONENT_LIMIT_DIGITS: Final = 20
# Starting only where the number does keeps the search linear in its length.
_DECIMAL_SECONDS: Final = re.compile(r"(?<![0-9])([0-9]+)[.,]([0-9]+)S")


class _Number(NamedTuple):
    """The number `sign 0.digits * 10 ** exponent`, without a leading or trailing zero."""

    sign: str
    digits: str
    exponent: int | str


def same_statement(a: bytes, b: bytes) -> bool:
    """Tell whether two valid Statements, as JSON text, are the same Statement.

    Numbers are compared exactly, whatever their size and precision.
    """
    return a == b or equivalent(_load(a), _load(b))


def equivalent(a: Json, b: Json) -> bool:
    """Tell whether two valid Statements, parsed, are the same Statement.

    Numbers count as parsed: `same_statement` also sees what a double cannot hold.
    """
    ignored = _ASSIGNED | (_ASSIGNED_IF_ABSENT - (a.keys() & b.keys()))
    return _statement(a, ignored) == _statement(b, ignored)


def _load(raw: bytes) -> Json:
    statement: Json = json.loads(raw, parse_float=_number, parse_int=_number)
    return statement


def _number(text: str) -> _Number:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no JSON number")
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return _Number("", "", 0)
    if len(exponent) > _EXPONENT_LIMIT_DIGITS:
        return _Number(sign, digits, exponent)
    return _Number(sign, digits.rstrip("0"), int(exponent or 0) + len(digits) - len(fraction))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
        case int() | float() if not isinstance(value, bool):
            return _number(repr(value))
    return value


def _members(thing: Json, normal: dict[str, Callable[[Any], Any]]) -> Json:
    """Return `thing` with each member brought to the normal form of its name."""
    return {name: normal.get(name, _plain)(value) for name, value in thing.items()}


def _statement(statement: Json, ignored: Iterable[str] = ()) -> Json:
    return _members(
        {name: value for name, value in statement.items() if name not in ignored}, _STATEMENT
    )


def _object(target: Json) -> Any:  # noqa: ANN401
    match target.get("objectType", "Activity"):
        case "Activity":
            return _activity(target)
        case "SubStatement":
            return _statement(target)
        case "StatementRef":
            return _members(target, {"id": str.lower})
    return _actor(target)


def _verb(verb: Json) -> str:
    identifier: str = verb["id"]
    return identifier


def _activity(activity: Json) -> Json:
    return {"objectType": "Activity", "id": activity["id"]}


def _actor(actor: Json) -> Json:
    return {"objectType": "Agent"} | _members(actor, _ACTOR)


def _mbox(mbox: str) -> str:
    address, at, domain = mbox.rpartition("@")
    return address + at + domain.lower()


def _unordered(normal: Iterable[Any]) -> list[Any]:
    return sorted(normal, key=lambda one: json.dumps(one, sort_keys=True))


def _activities(activities: Json | list[Json]) -> list[Any]:
    listed = activities if isinstance(activities, list) else [activities]
    return _unordered(map(_activity, listed))


def _duration(duration: str) -> str:
    return _DECIMAL_SECONDS.sub(_hundredths, duration)


def _hundredths(match: re.Match[str]) -> str:
    return f"{match[1]}.{match[2][:2]}".rstrip("0").rstrip(".") + "S"


def _instant(timestamp: str) -> datetime:
    local = moment(timestamp)
    known = local if local.tzinfo else local.replace(tzinfo=UTC)
    return known.replace(microsecond=known.microsecond // 1000 * 1000)


def _languages(language_map: dict[str, str]) -> dict[str, str]:
    return {tag.lower(): text for tag, text in language_map.items()}


_ACTOR: Final[dict[str, Callable[[Any], Any]]] = {
    "mbox": _mbox,
    "mbox_sha1sum": str.lower,
    "member": lambda members: _unordered(map(_actor, members)),
}
_CONTEXT: Final[dict[str, Callable[[Any], Any]]] = {
    "registration": str.lower,
    "instructor": _actor,
    "team": _actor,
    "contextActivities": lambda lists: {name: _activities(lists[name]) for name in lists},
    "contextAgents": lambda agents: [_members(one, {"agent": _actor}) for one in agents],
    "contextGroups": lambda groups: [_members(one, {"group": _actor}) for one in groups],
    "language": str.lower,
    "statement": _object,
}
_ATTACHMENT: Final[dict[str, Callable[[Any], Any]]] = {
    "display": _languages,
    "description": _languages,
    "sha2": str.lower,
}
_STATEMENT: Final[dict[str, Callable[[Any], Any]]] = {
    "id": str.lower,
    "actor": _actor,
    "verb": _verb,
    "object": _object,
    "result": lambda result: _members(result, {"duration": _duration}),
    "context": lambda context: _members(context, _CONTEXT),
    "timestamp": _instant,
    "attachments": lambda attachments: [_members(one, _ATTACHMENT) for one in attachments],
}

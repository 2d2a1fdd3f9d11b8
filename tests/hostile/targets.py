"""Paths and queries for every operation of the description, with odd values in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.documentation.description import OPERATIONS, Operation
from tests.hostile.shots import escape
from tests.hostile.statements import fill_in, mark
from tests.hostile.values import odd_text, odd_value
from tests.schemas.samples import ACTIVITY, IDENTIFIERS, TEAM
from tests.schemas.samples import UUID as KNOWN_ID

if TYPE_CHECKING:
    from random import Random

METHODS = (
    "GET",
    "GET",
    "PUT",
    "POST",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "get",
    "LOCK",
)
NUMBERS = (
    "0",
    "1",
    "-1",
    "1e3",
    "01",
    "999999999999999999",
    "9999999999999999999",
    "٣",
    "1_0",
    " 1",
)
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "2026-W01-1",
    "2026-01-01T00:00:00.123456789123456789+00:00",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2016-12-31T23:59:60Z",
    "24:00",
)
IRIS = (ACTIVITY["id"], "http://adlnet.gov/expapi/verbs/completed", "a:b", "a b", "http://[x")
NAMES = ("one", "two", "\u00e9\u200b", "a/b?c#d")
VALUES = {
    **dict.fromkeys(("limit", "cursor"), NUMBERS),
    **dict.fromkeys(("since", "until"), MOMENTS),
    **dict.fromkeys(("verb", "activity", "activityId"), IRIS),
    **dict.fromkeys(("stateId", "profileId"), NAMES),
}
OTHER_VALUES = ("true", "false", "1", "exact", "ids", "canonical")
BROKEN_ESCAPES = (
    "%",
    "%z",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%u0041",
    "%00",
    "+",
    "%25%32%35",
    "&&;;",
)


def odd_operation(chance: Random) -> tuple[str, str]:
    """Method and target: an operation of the description, more or less."""
    operation = chance.choice(OPERATIONS)
    pairs = [
        f"{escape(each['name'])}={escape(value_for(chance, each))}"
        for each in operation.parameters
        if each["in"] == "query" and (each.get("required") or chance.random() < 0.3)
    ]
    change_query(chance, pairs)
    method = operation.method.upper() if chance.random() < 0.9 else chance.choice(METHODS)
    path = operation.path if chance.random() < 0.95 else odd_path(chance, operation)
    return method, f"{path}?{'&'.join(pairs)}" if pairs else path


def odd_path(chance: Random, operation: Operation) -> str:
    """A path that is near one of ours."""
    endings = ("/", "//", "/..", "/%2e%2e/", ";a=b", "%00", "#x", "/" + escape(odd_text(chance)))
    return operation.path + chance.choice(endings)


def change_query(chance: Random, pairs: list[str]) -> None:
    """Double a parameter, add one, or break its writing."""
    kind = chance.randrange(8)
    if kind == 0 and pairs:
        pairs.append(chance.choice(pairs))
    elif kind == 1:
        pairs.append(f"{escape(odd_text(chance))}={escape(odd_text(chance))}")
    elif kind == 2 and pairs:
        pairs[-1] += chance.choice(BROKEN_ESCAPES)
    elif kind == 3:
        pairs += ["a=b"] * chance.choice((1, 99, 101, 5_000))


def value_for(chance: Random, parameter: dict[str, Any]) -> str:
    """A value for a parameter, of a kind that fits it, as a rule."""
    name = parameter["name"]
    if name == "agent":
        return odd_agent(chance)
    if name in {"statementId", "voidedStatementId", "registration"}:
        return chance.choice((str(UUID(int=chance.getrandbits(128))), KNOWN_ID, "x", "{}"))
    if chance.random() < 0.2:
        return odd_text(chance)
    return chance.choice(VALUES.get(name, OTHER_VALUES))


def odd_pairs(chance: Random, names: tuple[str, ...]) -> dict[str, str]:
    """Parameters by name, each of them with some value."""
    return {name: value_for(chance, {"name": name}) for name in names}


def odd_agent(chance: Random) -> str:
    """The JSON of an agent with something odd in it, or of something else."""
    agent = dict(chance.choice((*IDENTIFIERS, TEAM)))
    odd: list[bytes] = []
    kind = chance.randrange(6)
    if kind == 0:
        return odd_value(chance)[:8_000].decode("utf-8", "surrogateescape")
    if kind == 1:
        agent |= chance.choice(IDENTIFIERS)
    elif kind == 2:
        agent[chance.choice(list(agent))] = mark(chance, odd)
    elif kind == 3:
        agent["account"] = {"homePage": "http://example.org", "name": odd_text(chance)}
    elif kind == 4:
        agent["name"] = mark(chance, odd)
    text = json.dumps(agent, ensure_ascii=False).encode()
    return fill_in(text, odd)[:20_000].decode("utf-8", "surrogateescape")

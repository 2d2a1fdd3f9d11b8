"""Valid statements with something odd in any place of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.hostile.values import RAW_VALUES, broken, odd_text, odd_value
from tests.schemas.samples import OF_VERSION_1, OF_VERSION_2

if TYPE_CHECKING:
    from random import Random

VALID = [*OF_VERSION_1, OF_VERSION_2]
MARK = "@here-{}@"


def odd_statement(chance: Random) -> bytes:
    """A valid statement with up to four changes: it may well be valid still."""
    statement = json.loads(json.dumps(chance.choice(VALID)))
    del_or_give_id(chance, statement)
    odd: list[bytes] = []
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        change(chance, statement, odd)
    return fill_in(json.dumps(statement).encode(), odd)


def odd_batch(chance: Random) -> bytes:
    """Some statements, most of them odd, some of them twice."""
    few = [odd_statement(chance) for _ in range(chance.choice((1, 2, 5)))]
    return b"[" + b",".join(few + few[: chance.choice((0, 0, 1))]) + b"]"


def valid_statement(chance: Random) -> bytes:
    """A valid statement with an id that is new."""
    statement = chance.choice(OF_VERSION_1) | {"id": str(UUID(int=chance.getrandbits(128)))}
    return json.dumps({k: v for k, v in statement.items() if k != "attachments"}).encode()


def odd_body(chance: Random) -> bytes:
    """What may come as the body of a request that stores statements."""
    kind = chance.randrange(12)
    if kind == 0:
        return odd_value(chance)
    if kind == 1:
        return broken(chance, odd_statement(chance))
    if kind == 2:
        return b"\xef\xbb\xbf" + odd_statement(chance)
    if kind == 3:
        return odd_statement(chance) + chance.choice((b"\x00", b"{}", b",", b"]", b"\n\n"))
    if kind == 4:
        text = odd_statement(chance).decode(errors="ignore")
        return text.encode(chance.choice(("utf-16", "utf-32-le", "latin-1")), errors="ignore")
    if kind < 8:
        return odd_batch(chance)
    return odd_statement(chance)


def del_or_give_id(chance: Random, statement: dict[str, Any]) -> None:
    """Most have an id of their own, some have none, some that of others."""
    kind = chance.randrange(10)
    if kind < 6:
        statement["id"] = str(UUID(int=chance.getrandbits(128)))
    elif kind < 9:
        statement.pop("id", None)


def change(chance: Random, statement: Any, odd: list[bytes]) -> None:  # noqa: ANN401  # JSON
    """Change something: replace, remove, add, double, or put one part in another's place."""
    places = list(containers(statement))
    within = chance.choice(places)
    keys = list(within) if isinstance(within, dict) else list(range(len(within)))
    if not keys:
        return
    key = chance.choice(keys)
    kind = chance.randrange(7)
    if kind == 0:
        del within[key]
    elif kind == 1 and isinstance(within, dict):
        within[odd_text(chance)] = mark(chance, odd)
    elif kind == 2 and isinstance(within, dict):
        within[mark_twice(chance, str(key), odd)] = 0
    elif kind == 3:
        source = chance.choice(places)
        within[key] = json.loads(json.dumps(source))
    else:
        within[key] = mark(chance, odd)


def mark(chance: Random, odd: list[bytes]) -> str:
    """A mark where an odd value will be."""
    odd.append(odd_value(chance))
    return MARK.format(len(odd) - 1)


def mark_twice(chance: Random, key: str, odd: list[bytes]) -> str:
    """A mark that becomes a member that is there already, and the start of another one."""
    value = chance.choice(RAW_VALUES)
    odd.append(json.dumps(key).encode() + b":" + value + b',"http://example.org/more"')
    return MARK.format(len(odd) - 1)


def fill_in(text: bytes, odd: list[bytes]) -> bytes:
    """Put the odd values where their marks are."""
    for number, value in enumerate(odd):
        text = text.replace(f'"{MARK.format(number)}"'.encode(), value)
    return text


def containers(value: Any) -> list[Any]:  # noqa: ANN401  # JSON
    """Every object and array in a JSON value."""
    if isinstance(value, dict):
        return [value, *(each for child in value.values() for each in containers(child))]
    if isinstance(value, list):
        return [value, *(each for child in value for each in containers(child))]
    return []

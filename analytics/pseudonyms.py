"""Who somebody is in the lake: a keyed pseudonym, the same wherever the person is met.

A pseudonym is the HMAC of an identifier (schemas.identity) under a secret of the installation. Who
has the lake but not the secret can neither turn it back nor try identifiers out.
"""

from __future__ import annotations

import os
from hmac import digest
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import orjson

from analytics.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SECRET_BYTES = 32
PSEUDONYM_BYTES = 16  # two persons in 2^64 would share one by chance
HOME_PAGE = "urn:pseudonym"
"""Home page of the accounts that stand for persons in the lake's JSON."""

MOST_REMEMBERED = 20_000  # persons; about 20 MB, and some 600 different ones come in a week
LONGEST_REMEMBERED_BYTES = 1_000  # of an agent's JSON: groups with many members are no persons
SHORTEST_NEEDLE = 6  # characters; a shorter account name, such as 42, is found by chance anywhere


class Identity(NamedTuple):
    """An Agent or Group as the lake knows it.

    Attributes:
        key: pseudonym of its identifier; None for an anonymous Group.
        kind: `agent`, `group` or `anonymous group`.
        text: the JSON that stands in its place.
        needles: what would give it away if it stood elsewhere in the statement.
        marks: the same, as JSON writes it.

    """

    key: str | None
    kind: str
    text: bytes
    needles: tuple[str, ...]
    marks: tuple[bytes, ...]


class Pseudonyms:
    """Gives pseudonyms, and remembers those that it has given.

    Args:
        secret: of the installation, of at least 16 bytes.

    Attributes:
        people: who an Agent or Group is, by its JSON, however that is written.

    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.people = _People(self._identify)

    @property
    def fingerprint(self) -> str:
        """A word by which another secret is told from this one, and the secret can't be found."""
        return self.of("fingerprint of the secret")

    def of(self, identifier: str) -> str:
        """The pseudonym of an identifier, in hexadecimal."""
        return digest(self._secret, identifier.encode(), "sha256")[:PSEUDONYM_BYTES].hex()

    def identity(self, agent: Mapping[str, Any]) -> Identity:
        """Who an Agent or Group is; of a Group, its members too."""
        return self.people[orjson.dumps(agent)]

    def _identify(self, agent: Mapping[str, Any]) -> Identity:
        identifier = identifier_of(agent)
        key = None if identifier is None else self.of(identifier)
        is_group = agent.get("objectType") == "Group"
        shown: dict[str, Any] = {"objectType": "Group" if is_group else "Agent"}
        if key is not None:
            shown["account"] = {"homePage": HOME_PAGE, "name": key}
        needles = list(_needles(agent))
        if isinstance(agent.get("member"), list):
            members = [self.identity(each) for each in agent["member"] if isinstance(each, dict)]
            shown["member"] = [orjson.Fragment(each.text) for each in members]
            needles += (needle for each in members for needle in each.needles)
        marks = tuple(orjson.dumps(needle)[1:-1] for needle in needles)
        kind = kind_of(agent, key)
        text = b"%b" % orjson.dumps(shown)  # a copy: what orjson gives takes a kilobyte at least
        return Identity(key, kind, text, tuple(needles), marks)


class _People(dict[bytes, Identity]):
    """Those who were met, by their JSON; others are identified."""

    __slots__ = ("_identify",)

    def __init__(self, identify: Callable[[Mapping[str, Any]], Identity]) -> None:
        self._identify = identify

    def __missing__(self, raw: bytes) -> Identity:
        person = self._identify(orjson.loads(raw))
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        if len(raw) <= LONGEST_REMEMBERED_BYTES:
            self[raw] = person
        return person


def kind_of(agent: Mapping[str, Any], key: str | None) -> str:
    """`agent`, `group` or `anonymous group`: the last has no key."""
    if agent.get("objectType") != "Group":
        return "agent"
    return "anonymous group" if key is None else "group"


def identifier_of(value: Mapping[str, Any]) -> str | None:
    """The identifier in an object that is, or looks like, an Agent; written as schemas.identity's.

    Extensions are not validated: whatever has a string where an identifier belongs counts.
    """
    for member, prefix in (("mbox", "mbox"), ("openid", "openid"), ("mbox_sha1sum", "sha1")):
        if isinstance(value.get(member), str):
            return f"{prefix}:{value[member]}"
    account = value.get("account")
    if isinstance(account, dict) and isinstance(account.get("name"), str):
        return f"account:{account.get('homePage', '')}|{account['name']}"
    return None


def _needles(agent: Mapping[str, Any]) -> Iterator[str]:
    account = agent.get("account")
    parts = [agent.get(name) for name in ("mbox", "openid", "mbox_sha1sum", "name")]
    parts += [account.get("name")] if isinstance(account, dict) else []
    for part in parts:
        if isinstance(part, str):
            bare = part.removeprefix("mailto:")
            for written in dict.fromkeys((bare, quote(bare), quote(bare, safe=""))):
                if len(written) >= SHORTEST_NEEDLE:
                    yield written


def keep_secret(file: Path) -> bytes:
    """The secret in a file, made on first use for the owner of the process alone.

    Raises:
        LakeError: the file holds no secret.

    """
    try:
        return _read_secret(file)
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, os.urandom(SECRET_BYTES).hex().encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(new, file)  # fails if another process was first: then its secret is everybody's
    except FileExistsError:
        pass
    finally:
        new.unlink()
    return _read_secret(file)


def _read_secret(file: Path) -> bytes:
    try:
        secret = bytes.fromhex(file.read_text())
    except ValueError:
        secret = b""
    if len(secret) < PSEUDONYM_BYTES:
        raise LakeError(f"{file} holds no secret: {PSEUDONYM_BYTES} bytes or more, in hexadecimal")
    return secret

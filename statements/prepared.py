"""A statement made ready to append: all that can be done before the append lock is held."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import msgspec
import orjson

from schemas.context_activities import with_arrays
from schemas.members import splice
from schemas.versions import Version
from statements.flags import Flag
from statements.index import Described, Term, authority_terms, described_by, terms_of
from statements.references import target_of
from statements.terms import Dictionary, Keys, Role, organisation_term

Json = dict[str, Any]

VOIDED_VERB = "http://adlnet.gov/expapi/verbs/voided"
DEFAULT_VERSION = {Version.V1: b'"1.0.0"', Version.V2: b'"2.0.0"'}  # Data 2.4.10
SALT_BYTES = 16
NOTHING_DESCRIBED = Described({}, {})


class Sender(NamedTuple):
    """What the sending credential gives to each of its statements."""

    authority: bytes | None  # JSON Agent that replaces the statement's; None keeps a trusted one
    terms: list[Term]  # of that authority and of the organisation
    organisation: str = ""
    may_define: bool = False  # scope `define`: definitions and names are taken over


def sender(authority: Json | None, organisation: str = "", *, may_define: bool = False) -> Sender:
    """What a credential gives to its statements; an empty organisation is none."""
    terms = authority_terms(authority) if authority else []
    if organisation:
        terms.append((organisation_term(organisation), Role.DIRECT))
    text = orjson.dumps(authority) if authority else None
    return Sender(text, terms, organisation, may_define)


class Prepared(msgspec.Struct, frozen=True):  # made in a fifth of a dataclass's time
    """A valid statement with what the store needs to know of it."""

    id: bytes  # 16
    id_given: bool  # by the client: others may have referred to it before
    raw: bytes  # JSON text, complete but for `stored` and perhaps `timestamp`
    timestamp_given: bool
    flags: Flag
    terms: list[Term]
    keys: Keys  # of those terms in the index, as far as they have been met before
    target: bytes | None  # id of the statement that it refers to
    organisation: str  # of the credential; empty for none
    described: Described

    @property
    def id_text(self) -> str:
        """The id as JSON has it."""
        return uuid_text(self.id)

    @property
    def target_text(self) -> str:
        """The id referred to as JSON has it; empty without one."""
        return uuid_text(self.target) if self.target else ""

    @property
    def voids(self) -> bool:
        """Whether it is a voiding statement."""
        return bool(self.flags & Flag.VOIDING)

    def payload(self, stored: str) -> bytes:
        """The text to keep, `stored` (ISO 8601, UTC) written into it."""
        end = b"" if self.timestamp_given else b',"timestamp":"%b"' % stored.encode()
        return b'%b,"stored":"%b"%b}' % (self.raw[:-1], stored.encode(), end)


def prepare(
    raw: bytes,
    statement: Json,
    version: Version,
    sender: Sender,
    dictionary: Dictionary | None = None,
) -> Prepared:
    """Make a validated statement ready: its text completed, its terms and references taken out.

    Args:
        raw: the client's JSON text of the statement.
        statement: the same, parsed.
        version: xAPI version of the request.
        sender: what its credential gives.
        dictionary: where numbers of terms are remembered, to look them up before the append lock.

    """
    given = statement.get("id")
    statement_id = uuid_bytes(given) if given else new_id()
    terms = terms_of(statement) + sender.terms
    if sender.authority is None:
        terms += authority_terms(statement["authority"])
    return Prepared(
        id=statement_id,
        id_given=given is not None,
        raw=_complete(raw, statement, statement_id, version, sender),
        timestamp_given="timestamp" in statement,
        flags=flags_of(statement, version),
        terms=terms,
        keys=dictionary.keys(terms) if dictionary else Keys([], terms),
        target=target_of(statement),
        organisation=sender.organisation,
        described=described_by(statement) if sender.may_define else NOTHING_DESCRIBED,
    )


def new_id() -> bytes:
    """The bytes of a UUID that begins with the time, kind to the unique index; the rest is random.

    It says version 4: clients of xAPI know the versions of RFC 4122 only, 1 to 5, and refuse a 7.
    """
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    return (number & _FREE_BITS | _VERSION_4).to_bytes(16, "big")


# What `UUID(int=…, version=4)` does, at a tenth of its cost: RFC 4122, 4.1.1 and 4.1.3.
_VERSION_4 = 4 << 76 | 2 << 62
_FREE_BITS = (1 << 128) - 1 & ~(0xF << 76 | 3 << 62)


def uuid_text(value: bytes) -> str:
    """A UUID as JSON has it; `str(UUID(…))` takes five times as long."""
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of a UUID in its usual form."""
    return bytes.fromhex(text.replace("-", ""))


def new_salts(count: int) -> list[bytes]:
    """Fresh salts, got at once."""
    chance = os.urandom(SALT_BYTES * count)
    return [chance[at : at + SALT_BYTES] for at in range(0, len(chance), SALT_BYTES)]


def salted_digest(salt: bytes, payload: bytes) -> bytes:
    """SHA-256 of salt and payload: proof of a text that may have to be erased."""
    return sha256(salt + payload).digest()


def _complete(
    raw: bytes, statement: Json, statement_id: bytes, version: Version, sender: Sender
) -> bytes:
    add: dict[str, bytes] = {}
    if "id" not in statement:
        add["id"] = b'"%b"' % uuid_text(statement_id).encode()
    if "version" not in statement:
        add["version"] = DEFAULT_VERSION[version]
    ours = ["stored"]
    if sender.authority is not None:
        add["authority"] = sender.authority
        ours.append("authority")
    drop = [name for name in ours if name in statement]
    return splice(with_arrays(raw.strip(), statement), drop, add)


def flags_of(statement: Json, version: Version) -> Flag:
    """What the store has to know of a valid statement without reading it."""
    voiding = statement["verb"]["id"] == VOIDED_VERB
    attachments = "attachments" in statement or "attachments" in statement["object"]
    return _FLAGS[voiding, attachments, version]


# Made beforehand: combining flags takes longer than all the rest of it.
_FLAGS = {
    (voiding, attachments, version): Flag(
        Flag.VOIDING * voiding
        | Flag.ATTACHMENTS * attachments
        | Flag.VERSION_2 * (version is Version.V2)
    )
    for voiding, attachments, version in product((False, True), (False, True), Version)
}

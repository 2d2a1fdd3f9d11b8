"""Who calls, and what they may do."""

from __future__ import annotations

import binascii
from dataclasses import dataclass, replace

import orjson

from lrs.errors import Forbidden, Unauthorized
from lrs.record_limits import NO_LIMITS, Limits, parse_limits
from schemas.identity import agent_ifi
from statements.clock import now
from statements.credentials import Credential
from statements.filters import Scope
from statements.prepared import Sender, sender

_READ_STATEMENTS = frozenset({"statements/read", "statements/read/mine"})
_STATE = frozenset({"state/read", "state/write"})
_PROFILE = frozenset({"profile/read", "profile/write"})
_RECORDS = frozenset({"records/read", "records/read/mine", "records/aggregates"})
_LAKE = frozenset({"analytics/read"})
_REFERENCE = frozenset({"records/write"})  # the data that records are folded by
_ALL_READ = _READ_STATEMENTS | {"state/read", "profile/read", "metrics/read"}

SCOPES: dict[str, frozenset[str]] = {
    "statements/write": frozenset({"statements/write"}),
    "statements/read/mine": frozenset({"statements/read/mine"}),
    "statements/read": _READ_STATEMENTS,
    "state": _STATE,
    "define": frozenset({"define"}),
    "profile": _PROFILE,
    "all/read": _ALL_READ,
    "all": (
        _ALL_READ
        | (_STATE | _PROFILE | _RECORDS | _REFERENCE | _LAKE)
        | {"statements/write", "define"}
    ),
    # Halves that other stores know, and what this one has beside xAPI.
    "state/read": frozenset({"state/read"}),
    "state/write": frozenset({"state/write"}),
    "profile/read": frozenset({"profile/read"}),
    "profile/write": frozenset({"profile/write"}),
    "metrics/read": frozenset({"metrics/read"}),
    # Learning records show people as nothing else here does: only `all` gives them unasked.
    "records/read": _RECORDS,
    "records/read/mine": frozenset({"records/read/mine"}),
    "records/aggregates": frozenset({"records/aggregates"}),
    "records/write": _REFERENCE,
    "analytics/read": _LAKE,
}
"""Scopes that a credential can have and the rights each stands for (Communication 4.2)."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A credential that was recognised, with all that follows from it."""

    credential: Credential
    rights: frozenset[str]
    sender: Sender
    own: Scope  # statements it may read with `statements/read/mine`
    everything: Scope  # with `statements/read`
    limits: Limits = NO_LIMITS  # of the learning records that it may see

    @property
    def confined_to(self) -> str:
        """Organisation that the credential is limited to, or nothing."""
        return self.everything.organisation

    def demand(self, *rights: str) -> None:
        """Raise Forbidden unless the credential has one of the rights."""
        if self.rights.isdisjoint(rights):
            raise Forbidden(f"this credential lacks the scope {' or '.join(rights)}")

    def reading_scope(self) -> Scope:
        """Which statements it may read; Forbidden if none."""
        self.demand("statements/read", "statements/read/mine")
        return self.everything if "statements/read" in self.rights else self.own


NOBODY = Principal(
    credential=Credential("", b"", "", "", b"", "", confined=True, created=0, revoked=0),
    rights=frozenset(),
    sender=Sender(None, []),
    own=Scope(),
    everything=Scope(),
)
"""Whoever asks a public resource: no rights at all."""

_MOST_PRINCIPALS = 1024
_principals: dict[str, Principal] = {}  # by key, each of the credential as it was last seen


def principal_of(credential: Credential) -> Principal:
    """What follows from a stored credential."""
    rights = frozenset().union(*(SCOPES[scope] for scope in credential.scopes.split()))
    authority = orjson.loads(credential.authority)
    identifier = agent_ifi(authority)
    if identifier is None:  # without one, "mine" would be everybody's
        raise ValueError(f"the authority of credential {credential.key} has no identifier")
    confined = credential.organisation if credential.confined else ""
    limits = parse_limits(credential.limits)
    if confined and limits == NO_LIMITS:  # records are folded from what all organisations send
        rights -= _RECORDS
    if confined or limits != NO_LIMITS:
        rights -= _REFERENCE  # everybody's records are folded by what it would write
        rights -= _LAKE  # where everything is side by side
    return Principal(
        credential=credential,
        rights=rights,
        sender=sender(
            authority,
            credential.organisation,
            may_define="define" in rights and not confined,  # definitions are shared by all
        ),
        own=Scope(authority=identifier, organisation=confined),
        everything=Scope(organisation=confined),
        limits=limits,
    )


def basic_credentials(authorization: str | None) -> tuple[str, str]:
    """Key and secret of an `Authorization: Basic` header (RFC 7617).

    Raises:
        Unauthorized: the header is missing or malformed.

    """
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise Unauthorized
    try:
        decoded = binascii.a2b_base64(encoded.strip(), strict_mode=True).decode()
    except (binascii.Error, ValueError):
        raise Unauthorized from None
    key, colon, secret = decoded.partition(":")
    if not (key and colon) or "\0" in key:  # which PostgreSQL could not even look for
        raise Unauthorized
    return key, secret


def recognise(credential: Credential | None, secret: str) -> Principal:
    """The principal, if the secret is right and the credential neither expired nor revoked.

    Raises:
        Unauthorized: anything is wrong, whatever it is.

    """
    if credential is None or not (credential.has_secret(secret) and credential.is_active(now())):
        raise Unauthorized
    return _known_principal(credential)


def _known_principal(credential: Credential) -> Principal:
    """What follows from a credential, worked out again only if anything in it has changed.

    As a rule it is the very object of the last request; to compare all its fields, or to make a
    key of them, costs more than the rest of recognising it.
    """
    known = _principals.get(credential.key)
    if known is not None and known.credential is credential:
        return known
    if known is not None and known.credential == credential:
        principal = replace(known, credential=credential)
    else:
        principal = principal_of(credential)
    if len(_principals) >= _MOST_PRINCIPALS:
        _principals.clear()
    _principals[credential.key] = principal
    return principal

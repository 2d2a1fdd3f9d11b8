"""Issuing credentials: what an operator wishes becomes a credential with an authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from lrs.auth import SCOPES
from lrs.record_limits import NO_LIMITS
from schemas.errors import SchemaError
from schemas.identity import agent_ifi
from schemas.parsing import parse
from schemas.validation import validate_agent
from schemas.versions import Version
from statements.clock import now
from statements.credentials import Credential, add_credential, hash_secret, new_key_and_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lrs.record_limits import Limits
    from lrs.settings import Settings
    from statements.database import Database

Json = dict[str, Any]

DEFAULT_AUTHORITY = (
    '{"objectType":"Agent","account":{"homePage":"{home}","name":"{key}"},"name":"{label}"}'
)
MOST_LABEL_CHARACTERS = 200


class Wish(NamedTuple):
    """What a new credential shall be."""

    label: str
    scopes: Sequence[str]
    authority: str | None = None  # template of a JSON Agent
    organisation: str = ""
    confined: bool = False
    expires: int | None = None  # microseconds since 1970
    limits: Limits = NO_LIMITS  # of the learning records that it may see


def issue(database: Database, wish: Wish, settings: Settings) -> tuple[Credential, str]:
    """Create a credential; it and its secret, which is kept nowhere.

    Raises:
        ValueError: the wish contradicts itself, or the authority is no identified Agent.

    """
    _check(wish)
    key, secret = new_key_and_secret()
    values = {
        "home": home_of(settings),
        "key": key,
        "label": wish.label,
        "organisation": wish.organisation,
    }
    credential = Credential(
        key=key,
        secret_hash=hash_secret(secret),
        label=wish.label,
        scopes=" ".join(dict.fromkeys(wish.scopes)),
        authority=orjson.dumps(fill_authority(wish.authority or DEFAULT_AUTHORITY, values)),
        organisation=wish.organisation,
        confined=wish.confined,
        created=now(),
        expires=wish.expires,
        limits=wish.limits.text,
    )
    add_credential(database, credential)
    return credential, secret


def _check(wish: Wish) -> None:
    if not wish.label or len(wish.label) > MOST_LABEL_CHARACTERS:
        raise ValueError(f"a name has 1 to {MOST_LABEL_CHARACTERS} characters")
    if unknown := [scope for scope in wish.scopes if scope not in SCOPES]:
        raise ValueError(f"{unknown[0]!r} is not a scope; scopes are {', '.join(SCOPES)}")
    if not wish.scopes:
        raise ValueError("a credential needs a scope")
    if wish.confined and not wish.organisation:
        raise ValueError("a confined credential needs an organisation")
    if "records/write" in wish.scopes and (wish.confined or wish.limits != NO_LIMITS):
        raise ValueError("records/write is for all records: neither confined nor within limits")
    records = [scope for scope in wish.scopes if scope.startswith("records/")]
    if wish.confined and records and wish.limits == NO_LIMITS:
        raise ValueError(f"a confined credential has {records[0]} within limits only (--records-…)")


def fill_authority(template: str, values: Mapping[str, str]) -> Json:
    """An authority from a JSON template whose placeholders, such as `{key}`, stand in strings.

    Raises:
        ValueError: what comes out is no Agent with an identifier.

    """
    text = template
    for name, value in values.items():
        text = text.replace("{" + name + "}", orjson.dumps(value).decode()[1:-1])
    try:
        agent = parse(text.encode())
        validate_agent(agent, Version.V1)
    except SchemaError as error:
        raise ValueError(f"the authority is not an Agent: {error}") from None
    if agent_ifi(agent) is None or agent.get("objectType", "Agent") != "Agent":
        raise ValueError("the authority must be an Agent with an identifier")
    return agent  # type: ignore[no-any-return]  # validated to be an object


def home_of(settings: Settings) -> str:
    """The address that stands for this store in the accounts that it makes up."""
    return settings.public_url or f"http://{settings.host}:{settings.port}"

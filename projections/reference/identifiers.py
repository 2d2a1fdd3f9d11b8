"""Identifiers of people as operators write them, and as the log has them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from schemas.formats import is_iri, is_mbox, is_sha1
from schemas.identity import agent_ifi

FORMS: Final = (
    "an identifier, such as account:https://lms.example|name, mbox:mailto:anna@example.org, "
    "openid:https://example.org/anna or sha1:<40 hexadecimal digits>"
)

_PREFIX: Final = re.compile(r"(account|mbox|openid|sha1):(.*)", re.DOTALL)
_ADDRESS: Final = re.compile(r"[^\s:|@]+@[^\s:|@]+")

_is_home = lru_cache(maxsize=256)(is_iri)  # a directory has few home pages and many people


def canonical_ifi(text: str) -> str | None:
    """The identifier as `schemas.identity.agent_ifi` writes it; None if it is none.

    Short forms are taken where they can mean one thing only: `https://lms.example|name` is an
    account, `mailto:anna@example.org` and `anna@example.org` are mboxes.
    """
    if "\0" in text:  # PostgreSQL can't keep it
        return None
    match = _PREFIX.fullmatch(text)
    if match is None:
        return _account(text) if "|" in text else _mbox(text)
    kind, value = match.groups()
    if kind == "account":
        return _account(value)
    if kind == "mbox":
        return _mbox(value)
    if kind == "openid":
        return agent_ifi({"openid": value}) if is_iri(value) else None
    return agent_ifi({"mbox_sha1sum": value}) if is_sha1(value) else None


def _account(text: str) -> str | None:
    home, bar, name = text.partition("|")
    if not (bar and name and _is_home(home)):
        return None
    return agent_ifi({"account": {"homePage": home, "name": name}})


def _mbox(text: str) -> str | None:
    address = f"mailto:{text}" if _ADDRESS.fullmatch(text) else text
    return agent_ifi({"mbox": address}) if is_mbox(address) else None

"""Whom a statement is about: the keys of Agents and of the members of Groups."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType, field

from projections.translation.remembered import Remembered
from projections.translation.statement import without_nul
from schemas.identity import agent_ifi


class _Account(msgspec.Struct, gc=False):
    home_page: str = field(name="homePage")
    name: str


class _Agent(msgspec.Struct, gc=False):
    mbox: str | UnsetType = UNSET
    mbox_sha1sum: str | UnsetType = UNSET
    openid: str | UnsetType = UNSET
    account: _Account | UnsetType = UNSET


class _Actor(_Agent, gc=False):
    member: list[_Agent] | UnsetType = UNSET


_read = msgspec.json.Decoder(_Actor).decode
_known: Remembered[bytes, tuple[str, ...]] = Remembered(65_536)


def learners(agent: bytes) -> tuple[str, ...]:
    """Return the IFIs of an Agent or Group, given as JSON.

    A Group stands for its members, each once; one that names none stands for itself, if it has an
    identifier. What is no Agent (an extension may hold anything) is nobody.
    """
    found = _known.get(agent)
    return _known.keep(agent, _identify(agent)) if found is None else found


def _identify(agent: bytes) -> tuple[str, ...]:
    try:
        actor = _read(agent)
    except msgspec.DecodeError:
        return ()
    ifis = [_ifi(one) for one in actor.member or [actor]]
    return tuple(dict.fromkeys(ifi for ifi in ifis if ifi))


def _ifi(agent: _Agent) -> str | None:
    found = agent_ifi(msgspec.to_builtins(agent))
    return found and without_nul(found)

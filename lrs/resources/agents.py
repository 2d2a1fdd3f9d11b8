"""Agents: what the store knows of a person (Communication 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from lrs import parameters
from lrs.endpoint import Resource
from schemas.identity import IDENTIFIERS, agent_ifi
from statements.descriptions import names_of

if TYPE_CHECKING:
    from lrs.call import Call
    from lrs.services import Services

_RIGHTS = ("statements/read", "statements/read/mine", "profile/read")


async def get(services: Services, call: Call) -> Response:
    """The Person that an Agent is: its identifier and every name that statements gave it."""
    call.principal.demand(*_RIGHTS)
    parameters.only(call, {"agent"})
    agent = parameters.required(call, "agent", parameters.agent)
    names: list[str] = []
    if not call.principal.confined_to:  # names may have come from other organisations
        ifi = agent_ifi(agent) or ""
        names = await services.store.read(
            lambda connection: names_of(connection, services.store.dictionary, ifi)
        )
    return Response(orjson.dumps(_person(agent, names)), media_type="application/json")


def _person(agent: dict[str, Any], names: list[str]) -> dict[str, Any]:
    person: dict[str, Any] = {"objectType": "Person"}
    if own := agent.get("name"):
        names = list(dict.fromkeys([*names, own]))
    if names:
        person["name"] = names
    return person | {name: [agent[name]] for name in IDENTIFIERS if name in agent}


RESOURCE = Resource("/agents", {"GET": get})

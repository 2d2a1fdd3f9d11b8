"""A person as an option."""

from __future__ import annotations

import click
from typing_extensions import override

from schemas.errors import SchemaError
from schemas.identity import agent_ifi
from schemas.parsing import parse
from schemas.validation import validate_agent
from schemas.versions import Version


class Agent(click.ParamType[str, str]):
    """A JSON Agent or identified Group, or an e-mail address; its identifier.

    Args:
        groups: take a Group.

    """

    name = "agent"

    def __init__(self, *, groups: bool = True) -> None:
        self._groups = groups

    @override
    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        agent = {"mbox": value} if value.startswith("mailto:") else None
        try:
            agent = agent or parse(value.encode())
            validate_agent(agent, Version.V1)
        except SchemaError as error:
            self.fail(str(error), param, ctx)
        if not self._groups and agent.get("objectType") == "Group":
            self.fail("it is a Group, and an Agent is wanted", param, ctx)
        identifier = agent_ifi(agent)
        if identifier is None:
            self.fail("it has no identifier: mbox, mbox_sha1sum, openid or account", param, ctx)
        return identifier

"""Who an Agent or Group is: the key of its Inverse Functional Identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def agent_ifi(agent: Mapping[str, Any]) -> str | None:
    """Return the one key of the Inverse Functional Identifier of a valid Agent or Group.

    Two Agents have the same key exactly if they have the same identifier, character for
    character: an mbox and its hash are different keys, and case counts. None for an
    anonymous Group. Source: Data 2.4.2.3.
    """
    if "mbox" in agent:
        return f"mbox:{agent['mbox']}"
    if "account" in agent:
        account = agent["account"]
        # No IRI has a bar, so the first one ends the home page whatever the name holds.
        return f"account:{account['homePage']}|{account['name']}"
    if "openid" in agent:
        return f"openid:{agent['openid']}"
    if "mbox_sha1sum" in agent:
        return f"sha1:{agent['mbox_sha1sum']}"
    return None

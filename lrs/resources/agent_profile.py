"""Agent profile: documents about a person (Communication 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs import parameters
from lrs.documents import DocumentKind, document_resource
from schemas.identity import agent_ifi
from statements.documents import Collection

if TYPE_CHECKING:
    from lrs.call import Call


def _collection(call: Call) -> Collection:
    return Collection(
        "agent_profile",
        agent=agent_ifi(parameters.required(call, "agent", parameters.agent)) or "",
        organisation=call.principal.confined_to,
    )


RESOURCE = document_resource(
    DocumentKind(
        path="/agents/profile",
        right="profile",
        name="profileId",
        parameters=frozenset({"agent"}),
        collection=_collection,
        deletes_all=False,
        frees_version_1=False,
    )
)

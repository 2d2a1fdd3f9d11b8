"""Activity state: what an activity remembers of an agent (Communication 2.3)."""

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
        "state",
        activity=parameters.required(call, "activityId", parameters.iri),
        agent=agent_ifi(parameters.required(call, "agent", parameters.agent)) or "",
        registration=parameters.uuid(call, "registration"),
        organisation=call.principal.confined_to,
    )


RESOURCE = document_resource(
    DocumentKind(
        path="/activities/state",
        right="state",
        name="stateId",
        parameters=frozenset({"activityId", "agent", "registration"}),
        collection=_collection,
        deletes_all=True,
        frees_version_1=True,
    )
)

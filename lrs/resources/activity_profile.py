"""Activity profile: documents about an activity (Communication 2.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrs import parameters
from lrs.documents import DocumentKind, document_resource
from statements.documents import Collection

if TYPE_CHECKING:
    from lrs.call import Call


def _collection(call: Call) -> Collection:
    return Collection(
        "activity_profile",
        activity=parameters.required(call, "activityId", parameters.iri),
        organisation=call.principal.confined_to,
    )


RESOURCE = document_resource(
    DocumentKind(
        path="/activities/profile",
        right="profile",
        name="profileId",
        parameters=frozenset({"activityId"}),
        collection=_collection,
        deletes_all=False,
        frees_version_1=False,
    )
)

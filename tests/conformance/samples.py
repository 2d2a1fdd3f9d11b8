"""Statements and their parts with ids of their own: tests share a store and must not meet."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import uuid4

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def make_id() -> str:
    """Return a new UUID in its standard form."""
    return str(uuid4())


def make_iri(kind: str) -> str:
    """Return an IRI that nobody has used, such as `https://example.test/verbs/...`."""
    return f"https://example.test/{kind}/{uuid4()}"


def make_agent(**more: object) -> dict[str, Any]:
    """Return a new Agent, identified by account."""
    account = {"homePage": "https://example.test/people", "name": make_id()}
    return {"objectType": "Agent", "account": account, **more}


def make_group(*members: dict[str, Any]) -> dict[str, Any]:
    """Return an anonymous Group."""
    return {"objectType": "Group", "member": list(members)}


def make_activity(**definition: object) -> dict[str, Any]:
    """Return a new Activity."""
    activity = {"objectType": "Activity", "id": make_iri("activities")}
    return activity | ({"definition": definition} if definition else {})


def make_statement(**parts: object) -> dict[str, Any]:
    """Return a new statement with an id; `parts` are set or replaced."""
    return {
        "id": make_id(),
        "actor": make_agent(),
        "verb": {"id": make_iri("verbs")},
        "object": make_activity(),
        **parts,
    }


def refer_to(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a StatementRef."""
    return {"objectType": "StatementRef", "id": statement["id"]}


def void(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that voids another."""
    return make_statement(verb={"id": VOIDED}, object=refer_to(statement))


def make_attachment(content: bytes, **more: object) -> dict[str, Any]:
    """Describe `content` as an Attachment of a statement."""
    return {
        "usageType": "https://example.test/usage",
        "display": {"en": "a file"},
        "contentType": "application/octet-stream",
        "length": len(content),
        "sha2": hash_content(content),
        **more,
    }


def hash_content(content: bytes) -> str:
    """Return the SHA-256 that names an attachment."""
    return sha256(content).hexdigest()

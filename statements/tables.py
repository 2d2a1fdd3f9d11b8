"""The store's tables, once for both databases, and how a distributed engine would shard them.

`shard` is one byte of the statement's id. It makes `UNIQUE (id, shard)` mean `UNIQUE (id)` while
every key of a table contains its distribution column, and it lets index rows sit beside their
statement for two bytes instead of sixteen (docs/decisions/0002-shard-byte.md). The DDL itself is in
`migrations/`; a test holds both against each other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, SmallInteger, String, Table

metadata = MetaData()


def _column(name: str, kind: type, *, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, kind(), primary_key=key, nullable=null, autoincrement=False)


statement = Table(
    "statement",
    metadata,
    _column("position", BigInteger, key=True),  # 1, 2, 3, ... without a gap
    _column("shard", SmallInteger, key=True),
    _column("stored", BigInteger),  # microseconds since 1970, strictly increasing
    _column("flags", SmallInteger),  # statements.flags.Flag
    _column("id", LargeBinary),  # the UUID's 16 bytes
    _column("salt", LargeBinary),  # 16 random bytes
    _column("digest", LargeBinary),  # SHA-256 of salt and payload
    _column("organisation", String),  # of the credential that sent it, or empty
    _column("payload", LargeBinary),  # the JSON text
    info={"distributed_by": "shard", "append_only": True},
)
"""The log."""

posting = Table(
    "posting",
    metadata,
    _column("key", BigInteger, key=True),  # a term and its role: statements.terms
    _column("position", BigInteger, key=True),
    _column("via", SmallInteger, key=True),  # 0: its own; n: of the n-th statement it refers to
    _column("shard", SmallInteger, key=True),
    info={"distributed_by": "shard", "append_only": True},
)
"""The filter index: which statements a filter value matches."""

bitmap = Table(
    "bitmap",
    metadata,
    _column("key", BigInteger, key=True),
    _column("segment", BigInteger, key=True),  # or a span of them: -1, -2, ...
    _column("positions", LargeBinary),  # a Roaring bitmap: statements.bitmaps
    info={"distributed_by": "key", "append_only": True},
)
"""Statements that have a frequent key themselves, for segments of the log that are full."""

reference = Table(
    "reference",
    metadata,
    _column("target", LargeBinary, key=True),  # the id referred to, stored or not
    _column("position", BigInteger, key=True),  # the statement that refers to it
    _column("shard", SmallInteger, key=True),  # of the target
    _column("voids", SmallInteger),
    _column("confined_to", BigInteger),  # organisation's term, or 0: may void anybody's
    info={"distributed_by": "shard", "append_only": True},
)
"""StatementRefs that are objects, voiding ones included, kept before their target arrives."""

voided = Table(
    "voided",
    metadata,
    _column("position", BigInteger, key=True),
    _column("shard", SmallInteger, key=True),
    info={"distributed_by": "shard", "append_only": True},
)
"""Statements that a stored voiding statement voids."""

erased_statement = Table(
    "erased_statement",
    metadata,
    _column("position", BigInteger, key=True),
    info={"distributed_by": None, "append_only": True},
)
"""Statements that have to stay out of what analysts get: statements.erasures."""

erased_person = Table(
    "erased_person",
    metadata,
    _column("identifier", LargeBinary, key=True),  # IFI
    info={"distributed_by": None, "append_only": True},
)
"""Persons whose statements and records have to."""

term = Table(
    "term",
    metadata,
    _column("digest", LargeBinary, key=True),  # 128-bit BLAKE2b of kind and text
    _column("number", BigInteger),
    info={"distributed_by": None, "append_only": True},
)
"""Dictionary of filter values: agents, activities, verbs, registrations, organisations."""

attachment = Table(
    "attachment",
    metadata,
    _column("sha2", LargeBinary, key=True),  # SHA-256 of the content
    _column("content", LargeBinary),
    info={"distributed_by": "sha2", "append_only": True},
)
"""Attachments, each content once."""

activity_definition = Table(
    "activity_definition",
    metadata,
    _column("activity", BigInteger, key=True),  # term.number
    _column("position", BigInteger, key=True),  # the statement that changed the definition
    _column("definition", LargeBinary),  # merged so far, JSON
    info={"distributed_by": "activity", "append_only": True},
)
"""Canonical activity definitions, a new row when a statement changes one."""

agent_name = Table(
    "agent_name",
    metadata,
    _column("agent", BigInteger, key=True),  # term.number
    _column("digest", LargeBinary, key=True),  # 128-bit BLAKE2b of the name
    _column("position", BigInteger),
    _column("name", LargeBinary),
    info={"distributed_by": "agent", "append_only": True},
)
"""Names that statements gave to an identifier, for GET /agents."""

document = Table(
    "document",
    metadata,
    _column(
        "collection", LargeBinary, key=True
    ),  # digest of resource, organisation, activity, agent
    _column("registration", LargeBinary, key=True),  # UUID's bytes, or empty
    _column("name_digest", LargeBinary, key=True),
    _column("name", LargeBinary),  # stateId or profileId
    _column("agent", LargeBinary),  # IFI, or empty: to find a person's documents
    _column("activity", LargeBinary),  # IRI, or empty
    _column("content_type", String),
    _column("etag", String),
    _column("updated", BigInteger),  # microseconds since 1970
    _column("content", LargeBinary),
    info={"distributed_by": "collection", "append_only": False},
)
"""State, activity profile and agent profile documents."""

credential = Table(
    "credential",
    metadata,
    _column("key", String, key=True),
    _column("secret_hash", LargeBinary),  # SHA-256 of a 256-bit random secret
    _column("label", String),
    _column("scopes", String),  # space separated
    _column("authority", LargeBinary),  # JSON Agent
    _column("organisation", String),  # or empty
    _column("confined", SmallInteger),  # 1: sees and voids only what its organisation sent
    _column("created", BigInteger),
    _column("expires", BigInteger, null=True),
    _column("revoked", BigInteger, null=True),
    _column("last_used", BigInteger, null=True),
    _column("limits", String, null=True),  # JSON: what it may read of the learning records
    info={"distributed_by": None, "append_only": False},
)
"""Who may do what."""

migration = Table(
    "migration",
    metadata,
    _column("number", BigInteger, key=True),
    _column("name", String),
    _column("applied", BigInteger),
    info={"distributed_by": None, "append_only": True},
)
"""Ledger of the migrations applied."""

OWNERS = (migration, erased_statement, erased_person)
"""Append-only tables that a server only reads: who migrates and erases is the owner."""

APPEND_ONLY = [table for table in metadata.sorted_tables if table.info["append_only"]]

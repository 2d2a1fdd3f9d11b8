"""What can go wrong in the store.

StoreError
├── Conflict             the id is taken by a different statement (409)
├── NotYours             a confined credential touches another organisation's statement (403)
├── DocumentConflict     a document exists and the request named no ETag (409)
├── ConditionMissing     a profile is to be created without If-None-Match (400)
├── PreconditionFailed   the ETag named is not the document's (412)
├── UnknownStatements    ids to be erased are not in the log
├── Overloaded           the writer's queue is full (503)
├── Unavailable          the database cannot be reached (503)
│   └── Denied           its role may not do that (503)
└── SchemaOutdated       the database lacks migrations that this program needs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class StoreError(Exception):
    """Root of everything that this room raises on purpose."""


class Conflict(StoreError):
    """A stored statement has the same id and another meaning (XAPI-00142, Communication 2.1.1)."""

    def __init__(self, statement_id: str) -> None:
        super().__init__(f"statement {statement_id} is already stored with different content")
        self.statement_id = statement_id


class NotYours(StoreError):
    """A credential confined to its organisation tried to void what another one sent."""

    def __init__(self, statement_id: str) -> None:
        super().__init__(f"statement {statement_id} was not sent by your organisation")
        self.statement_id = statement_id


class DocumentConflict(StoreError):
    """The document exists; a PUT must say with If-Match which version it replaces."""


class ConditionMissing(StoreError):
    """A profile document is stored with If-Match or If-None-Match (1.0.3, Communication 3.1)."""


class PreconditionFailed(StoreError):
    """If-Match or If-None-Match does not hold for the stored document."""


class UnknownStatements(StoreError):
    """Ids to be erased are those of no statement; nothing was erased."""

    def __init__(self, ids: Sequence[str]) -> None:
        more = f" and {len(ids) - 1:,} more" if len(ids) > 1 else ""
        super().__init__(f"no statement in the log has the id {ids[0]}{more}: nothing was erased")
        self.ids = ids


class Overloaded(StoreError):
    """More is waiting to be written than the queue may hold; try again later."""


class Unavailable(StoreError):
    """The database did not answer; nothing can be said about the request's effect."""


class Denied(Unavailable):
    """The database's role may not do that: an operator has to grant it."""


class SchemaOutdated(StoreError):
    """The database lacks migrations; run `lrs migrate` with the owner's role."""

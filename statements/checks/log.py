"""The log itself: order, identity, digests, and whether each text is a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select

from schemas.errors import SchemaError
from schemas.validation import validate_statement
from schemas.versions import Version
from statements import tables
from statements.checks.examination import Kind
from statements.clock import text_of
from statements.flags import Flag
from statements.index import Term, authority_terms, terms_of
from statements.prepared import flags_of, salted_digest
from statements.references import target_of
from statements.terms import Role, organisation_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from statements.checks.examination import Examination

Json = dict[str, Any]

_COLUMNS = tables.statement.c
_LOG = select(*_COLUMNS).order_by(_COLUMNS.position)

_OF_THE_REQUEST = int(Flag.VERSION_2 | Flag.CONFINED)
_SET_BY_US = ("id", "stored", "authority", "version", "timestamp")


class Row(NamedTuple):
    """A row of the log."""

    position: int
    shard: int
    stored: int
    flags: int
    id: bytes
    salt: bytes
    digest: bytes
    organisation: str
    payload: bytes


class Known(NamedTuple):
    """A statement that was read back."""

    row: Row
    value: Json
    flags: Flag  # of the text; those of the request are in the row only
    terms: list[Term]  # of the text, which referrers inherit
    target: bytes | None

    @property
    def own_terms(self) -> list[Term]:
        """All that the statement itself is found by: its organisation is in the row only."""
        if not self.row.organisation:
            return self.terms
        return [*self.terms, (organisation_term(self.row.organisation), Role.DIRECT)]


class UnreadableError(Exception):
    """A row's text is no statement, or lacks what the store adds to each."""


def read_rows(examination: Examination) -> Iterator[Row]:
    """Yield the whole log, checking that it is in order and has no gaps."""
    position = stored = 0
    for row in map(Row._make, examination.connection.stream(_LOG)):
        if row.position != position + 1:
            detail = f"the position before it is {position}"
            examination.find(Kind.POSITION, row.position, detail)
        if row.stored <= stored:
            detail = f"stored {text_of(row.stored)}, not after {text_of(stored)}"
            examination.find(Kind.STORED, row.position, detail)
        position, stored = row.position, row.stored
        yield row


def find_rows(examination: Examination, positions: Iterable[int]) -> Iterator[Row]:
    """Yield those rows of the log that are there, in no order."""
    return map(Row._make, examination.connection.find(_COLUMNS.position, positions, *_COLUMNS))


def read_back(row: Row) -> Known:
    """What a row's text says. Raises UnreadableError."""
    try:
        value = orjson.loads(row.payload)
        _validate(value)
    except (orjson.JSONDecodeError, SchemaError) as error:
        raise UnreadableError(str(error)) from None
    if missing := [name for name in _SET_BY_US if name not in value]:
        raise UnreadableError(f"it has no {missing[0]}")
    terms = terms_of(value) + authority_terms(value["authority"])
    return Known(row, value, flags_of(value, Version.V1), terms, target_of(value))


def _validate(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Demand what one of the versions does, not both: neither takes all that the other does."""
    try:
        validate_statement(value, Version.V1)
    except SchemaError:
        validate_statement(value, Version.V2)


def readable(row: Row) -> Known | None:
    """What a row's text says, or None."""
    try:
        return read_back(row)
    except UnreadableError:
        return None


def understand(examination: Examination, row: Row) -> Known | None:
    """Check a row by itself; what its text says, or None if that is no statement."""
    texts = (row.id, row.salt, row.digest, row.payload)
    if not (all(isinstance(each, bytes) for each in texts) and isinstance(row.organisation, str)):
        examination.find(Kind.PAYLOAD, row.position, "something in its row is of another type")
        return None
    if row.shard != row.id[-1]:
        detail = f"shard {row.shard} does not go with id {row.id.hex()}"
        examination.find(Kind.ID, row.position, detail)
    if salted_digest(row.salt, row.payload) != row.digest:
        examination.find(Kind.DIGEST, row.position, "the text is not the one that was stored")
    try:
        known = read_back(row)
    except UnreadableError as error:
        examination.find(Kind.PAYLOAD, row.position, f"the text is no statement: {error}")
        return None
    _compare(examination, known)
    return known


def _compare(examination: Examination, known: Known) -> None:
    """What stands beside the text against the text."""
    row, value = known.row, known.value
    if UUID(value["id"]).bytes != row.id:
        detail = f"the text has id {value['id']}, the row {row.id.hex()}"
        examination.find(Kind.ID, row.position, detail)
    if value["stored"] != text_of(row.stored):
        detail = f"the text was stored {value['stored']}, the row {text_of(row.stored)}"
        examination.find(Kind.STORED, row.position, detail)
    if known.flags != row.flags & ~_OF_THE_REQUEST:
        detail = f"the text asks for the flags {known.flags:d}, the row has {row.flags}"
        examination.find(Kind.FLAGS, row.position, detail)

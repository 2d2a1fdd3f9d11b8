"""The log itself: order, identity, digests, and whether each text is a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select

from schemas.versions import Version
from statements import tables
from statements.checks.examination import Kind
from statements.clock import text_of
from statements.flags import Flag
from statements.index import Term, authority_terms, terms_of
from statements.prepared import flags_of, salted_digest
from statements.references import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from statements.checks.examination import Examination

Json = dict[str, Any]

_COLUMNS = tables.statement.c
_LOG = select(*_COLUMNS).order_by(_COLUMNS.position)

_READABLE = Flag.VOIDING | Flag.ATTACHMENTS  # the version is the request's, not the statement's


class Row(NamedTuple):
    """A row of the log."""

    position: int
    shard: int
    stored: int
    flags: int
    id: bytes
    salt: bytes
    digest: bytes
    payload: bytes


class Known(NamedTuple):
    """A statement that was read back."""

    row: Row
    value: Json
    terms: list[Term]  # without its organisation's, which the text does not say
    target: bytes | None


def read_rows(examination: Examination) -> Iterator[Row]:
    """Yield the whole log in order, checking that it has one."""
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


def understand(examination: Examination, row: Row) -> Known | None:
    """Check a row by itself; what its text says, or None if that is no statement."""
    if row.shard != row.id[-1]:
        detail = f"shard {row.shard} does not go with id {row.id.hex()}"
        examination.find(Kind.ID, row.position, detail)
    if salted_digest(row.salt, row.payload) != row.digest:
        examination.find(Kind.DIGEST, row.position, "the text is not the one that was stored")
    known = read_back(row)
    if known is None:
        examination.find(Kind.PAYLOAD, row.position, "the text is no statement")
    else:
        _compare(examination, known)
    return known


def read_back(row: Row) -> Known | None:
    """What a row's text says, or None if that is no statement with all that the store sets."""
    try:
        value = orjson.loads(row.payload)
        terms = terms_of(value) + authority_terms(value["authority"])
        UUID(value["id"])
        return Known(row, value, terms, target_of(value))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _compare(examination: Examination, known: Known) -> None:
    """What stands beside the text against the text."""
    row, value = known.row, known.value
    if UUID(value["id"]).bytes != row.id:
        detail = f"the text has id {value['id']}, the row {UUID(bytes=row.id)}"
        examination.find(Kind.ID, row.position, detail)
    if value.get("stored") != text_of(row.stored):
        detail = f"the text was stored {value.get('stored')}, the row {text_of(row.stored)}"
        examination.find(Kind.STORED, row.position, detail)
    flags = flags_of(value, Version.V1)
    if flags != Flag(row.flags) & _READABLE:
        detail = f"the text has {flags!r}, the row {Flag(row.flags)!r}"
        examination.find(Kind.FLAGS, row.position, detail)

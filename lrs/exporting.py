"""Statements out of the store: one JSON text a line, in log order, from one state of the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from schemas.attachments import declared_attachments
from statements.append import head
from statements.filters import Filters, Scope
from statements.flags import Flag
from statements.reader import attachments_of
from statements.search import search
from statements.terms import Dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from statements.connection import Connection
    from statements.database import Database
    from statements.page_queries import Record

PAGE_STATEMENTS = 200

EVERYTHING = Scope()

_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to export and how.

    Args:
        filters: as those of GET /statements; `cursor` is the position to begin after.
        scope: whose statements.
        limit: of statements; None is all.
        with_position: each statement inside an object that has its position and `stored` as well.
        attachments: folder that gets the contents of attachments, named by their SHA-2.

    """

    filters: Filters
    scope: Scope = EVERYTHING
    limit: int | None = None
    with_position: bool = False
    attachments: Path | None = None


def export(
    database: Database,
    selection: Selection,
    write: Callable[[bytes], object],
    progress: Callable[[int, float | None], None],
) -> int:
    """Write the lines of a selection; their number.

    Args:
        database: read in one transaction, so that statements which come meanwhile stay out.
        selection: what and how.
        write: gets each line with its line feed.
        progress: gets the number of lines, and the share of the log that has been gone through.

    """
    if selection.attachments is not None:
        selection.attachments.mkdir(parents=True, exist_ok=True)

    def work(connection: Connection) -> int:
        lines, last = 0, head(connection).position
        for lines, record in enumerate(_records(connection, selection), 1):
            if selection.attachments is not None and record.flags & Flag.ATTACHMENTS:
                _write_attachments(connection, record, selection.attachments)
            write(_line(record, with_position=selection.with_position))
            progress(lines, record.position / last)
        return lines

    return database.snapshot(work)


def _records(connection: Connection, selection: Selection) -> Iterator[Record]:
    dictionary = Dictionary()
    left = selection.limit
    cursor = selection.filters.cursor
    while left is None or left > 0:
        limit = PAGE_STATEMENTS if left is None else min(left, PAGE_STATEMENTS)
        filters = replace(selection.filters, ascending=True, limit=limit, cursor=cursor)
        records, cursor = search(connection, dictionary, filters, selection.scope)
        yield from records
        if cursor is None:
            return
        left = None if left is None else left - len(records)


def _line(record: Record, *, with_position: bool) -> bytes:
    # A client's line feeds stand between tokens only: in a string they are escaped.
    text = record.payload.translate(_ONE_LINE)
    if not with_position:
        return text + b"\n"
    stored = orjson.dumps(orjson.loads(text)["stored"])
    return b'{"position":%d,"stored":%b,"statement":%b}\n' % (record.position, stored, text)


def _write_attachments(connection: Connection, record: Record, folder: Path) -> None:
    """Write contents that are not there yet, each whole or not at all."""
    for declared in declared_attachments(orjson.loads(record.payload)):
        file = folder / declared["sha2"].lower()
        if file.exists():
            continue
        for content in attachments_of(connection, [bytes.fromhex(file.name)]).values():
            unfinished = file.with_name(file.name + ".part")
            unfinished.write_bytes(content)
            unfinished.replace(file)

"""An import from its beginning to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from lrs.importing.bookmarks import Bookmark
from lrs.importing.sources import SourceError
from schemas.formats import is_uuid
from statements.filters import Scope
from statements.reader import find_statement
from statements.terms import Dictionary

if TYPE_CHECKING:
    from lrs.importing.appending import Importer
    from lrs.importing.bookmarks import BookmarkFile
    from lrs.importing.remote import Page, Remote
    from lrs.importing.sources import Source
    from statements.connection import Connection
    from statements.database import Database


class Progress(Protocol):
    """Where people see how far it has come."""

    def show(self, count: int, share: float | None = None) -> None:
        """So many statements, which is this share of the source if that is known."""


def import_source(importer: Importer, source: Source, limit_bytes: int, progress: Progress) -> None:
    """Take in all statements of a file or stream.

    Args:
        importer: takes them.
        source: has them.
        limit_bytes: what is longer cannot be a statement.
        progress: is told.

    Raises:
        SourceError: the source is damaged; what came before the damage is in.

    """
    try:
        for candidate in source.candidates(limit_bytes):
            importer.take(candidate)
            progress.show(candidate.number, source.share)
    except SourceError:
        importer.flush()
        raise
    importer.flush()


def import_remote(
    importer: Importer,
    remote: Remote,
    database: Database,
    bookmarks: BookmarkFile,
    progress: Progress,
) -> None:
    """Take in all statements of another store that came there since the last time.

    After each page, once it is durable, the bookmark moves on. Raises SourceError.
    """
    bookmark = bookmarks.read()
    if bookmark is not None and not _is_stored(database, bookmark.statement_id):
        bookmark = None
    for page in remote.pages(bookmark.since if bookmark else None):
        for candidate in page.candidates:
            importer.take(candidate)
            progress.show(candidate.number)
        importer.flush()
        if (reached := _bookmark(database, page)) is not None:
            bookmarks.write(reached)


def _bookmark(database: Database, page: Page) -> Bookmark | None:
    """The place after a page, known by the last of its statements that was not refused."""
    if page.since is None:
        return None
    stored = (each for each in reversed(page.ids) if _is_stored(database, each))
    last = next(stored, None)
    return Bookmark(page.since, last) if last is not None else None


def _is_stored(database: Database, statement_id: str) -> bool:
    if not is_uuid(statement_id):
        return False

    def work(connection: Connection) -> bool:
        number, nobody = UUID(statement_id).bytes, Dictionary()
        return any(
            find_statement(connection, nobody, number, Scope(), voided=voided) is not None
            for voided in (False, True)
        )

    return database.read(work)

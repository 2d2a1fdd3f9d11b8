"""What the fold goes by beside the log, out of the records store."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from typing_extensions import override

from projections.reference.documents import load_badges, load_catalogue
from projections.reference.people import load_directory
from projections.reference.revisions import load_revisions
from projections.reference.vocabulary import load_vocabulary, write_vocabulary
from projections.runner.desk import Reference
from projections.runner.engine import Source
from projections.translation.vocabulary import Vocabulary

if TYPE_CHECKING:
    from statements.connection import Connection


class StoredReference(Source):
    """Loads what was imported, and loads it again only if it has changed."""

    def __init__(self) -> None:
        self._loaded: Reference | None = None

    @override
    def revision(self, connection: Connection) -> int:
        return 1 + sum(load_revisions(connection).values())

    @override
    def load(self, connection: Connection) -> Reference:
        revision = self.revision(connection)
        if self._loaded is None or self._loaded.revision != revision:
            self._loaded = Reference(
                vocabulary=stored_vocabulary(connection),
                directory=load_directory(connection),
                catalogue=load_catalogue(connection),
                badges=load_badges(connection),
                revision=revision,
            )
        return self._loaded


def stored_vocabulary(connection: Connection) -> Vocabulary:
    """The vocabulary, with the rows of the site."""
    return Vocabulary(_text(load_vocabulary(connection)))


def _text(rows: list[dict[str, str]]) -> str:
    """Rows as CSV, or nothing if there are none."""
    text = StringIO()
    if rows:
        write_vocabulary(rows, text)
    return text.getvalue()

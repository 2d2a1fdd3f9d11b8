"""What of the learning records goes into the lake, and what statements are called there."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from analytics.tables import Kind, TableSource
from projections.classification import Classification
from projections.exports import EXPORTS
from projections.exports.people import names_of
from projections.queries.state import read_state
from projections.reference.documents import load_catalogue
from projections.reference.revisions import load_revisions
from projections.runner.source import stored_vocabulary
from projections.translation.remembered import Remembered
from projections.translation.statement import (
    Context,
    Statement,
    Verb,
    places_in,
    read_extensions,
    read_statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from analytics.classification import Classified
    from analytics.tables import Lend
    from analytics.told import Known
    from projections.exports.export import Export
    from projections.translation.statement import ContextExtensions
    from statements.connection import Connection, Row
    from statements.database import Database

ROWS = 8_192
"""Of a table, in memory at a time."""
EXTENSIONS_REMEMBERED = 4_096
VERSION = "2"
"""Of the tables' columns and of what stands in them."""


class Classify:
    """Says what a statement means, as the lake asks for it.

    Args:
        classification: knows.

    Attributes:
        version: of the vocabulary and of the catalogue.

    """

    def __init__(self, classification: Classification) -> None:
        self.version = classification.version
        self._sort = classification.sort
        self._extensions: Remembered[bytes, ContextExtensions] = Remembered(EXTENSIONS_REMEMBERED)

    def __call__(self, payload: bytes, /) -> Classified:
        """What a statement means."""
        statement = read_statement(payload)
        return self._sort(statement, places_in(statement))

    def of_cut(self, known: Known, /) -> Classified:
        """The same, from the members that it has been cut into."""
        cut, context = known.cut, None
        if cut.context is not None:
            raw, extensions = known.extensions, None
            if raw:
                extensions = self._extensions.get(raw) or self._read_extensions(raw)
            around = cut.context
            members = (around.instructor, around.registration or "", around.contextActivities)
            context = Context(*members, extensions)
        verb = Verb(known.verb)
        told = Statement(cut.actor, verb, cut.object, cut.timestamp, cut.result, context)
        return self._sort(told, (known.about, known.activities))

    def _read_extensions(self, raw: bytes) -> ContextExtensions:
        return self._extensions.keep(raw, read_extensions(raw))


def classify_by(records: Database) -> Classify:
    """What statements mean, by the vocabulary and the catalogue of now."""

    def load(connection: Connection) -> Classification:
        return Classification(stored_vocabulary(connection), load_catalogue(connection))

    return Classify(records.snapshot(load))


def lend_tables(records: Database) -> Lend:
    """Lends the read models, in one snapshot; none if nothing was ever folded."""

    def lend(erased: Collection[str], use: Callable[[Sequence[TableSource]], None]) -> None:
        records.snapshot(lambda connection: use(_sources(connection, erased)))

    return lend


def _sources(connection: Connection, erased: Collection[str]) -> list[TableSource]:
    checkpoint = _checkpoint(connection)
    if not checkpoint:
        return []
    left_out = names_of(connection, erased)
    return [_source(connection, each, checkpoint, left_out) for each in EXPORTS]


def _checkpoint(connection: Connection) -> str:
    """Says how far the records have come: position, change, and all that rows depend on."""
    state = read_state(connection)
    if state is None:
        return ""
    rest = f"{state.mark} {load_revisions(connection)}"
    digest = blake2b(rest.encode(), digest_size=6).hexdigest()
    return f"{state.position} {state.changed} {digest}"


def _source(
    connection: Connection, export: Export, checkpoint: str, left_out: frozenset[str]
) -> TableSource:
    kinds = {name: Kind[word.upper()] for name, word in export.columns.items()}
    rows = partial(_parts, connection, export)
    return TableSource(export.name, kinds, VERSION, checkpoint, rows, left_out)


def _parts(connection: Connection, export: Export) -> Iterator[list[Row]]:
    rows = iter(export.read(connection))
    while part := list(islice(rows, ROWS)):
        yield part
